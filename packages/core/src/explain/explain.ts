import type { Authorizer } from '../authorizer/authorizer.js'
import { type Inside, insideOf } from '../authorizer/inside.js'
import { deriveCheck } from '../authorizer/plans.js'
import { promised } from '../authorizer/promised.js'
import type { Condition } from '../condition/condition.js'
import { Deriver } from '../condition/derive/derive.js'
import { isStackOverflow } from '../condition/stack.js'
import { ArcturusError, ArgumentError } from '../errors.js'
import { subjects } from '../filter/bind/bind.js'
import { Deadline } from '../machine/index.js'
import type { Action } from '../register.js'
import { type Asked, type Evaluated, Explanation } from './explanation.js'
import { MissingSearch } from './missing.js'
import { Part } from './part.js'
import { Arrivals, Reads } from './reads.js'
import type { ShowOptions } from './show.js'
import { BeyondExplanation, EvaluatedWorld, errorOf, Time } from './world.js'

/** The options of `explain` and `loadExplanation`. */
export type ExplainOptions = ShowOptions

/**
 * Explains why an actor may or may not perform an action on a resource, synchronously.
 *
 * @param authorizer - The authorizer with the policy.
 * @param actor - The actor, or null for an anonymous user.
 * @param resource - The resource. For a row that does not exist yet, its registered class.
 * @param options.values - Whether values of fields are shown. Default false.
 * @param options.mask - Fields whose values are never shown, such as `User.email`. Default none.
 * @returns The explanation. A failing policy is an explanation with its `error`, such as a relation
 * that is not loaded.
 * @throws ArgumentError if the actor or the resource is undefined or of an unknown class, or if the
 * action is unknown.
 * @example
 * console.log(String(explain(authorizer, user, 'close', issue)))
 */
export function explain(
  authorizer: Authorizer,
  actor: unknown,
  action: Action,
  resource: unknown,
  options: ExplainOptions = {},
): Explanation {
  const of = known(authorizer)
  const asked = { actor, action, resource }
  const check = attempt(() => of.decider.decide(actor, action, resource))
  const evaluated = evaluate(of, asked, new Arrivals())
  return new Explanation(asked, settled(evaluated, check), options, authorizer.schema)
}

/**
 * Explains as `explain` does. It loads relations that are not loaded if their models have a loader,
 * and awaits promises. It loads also what no decision needs, to find what is missing.
 *
 * @param authorizer - The authorizer with the policy.
 * @param actor - The actor, or null for an anonymous user.
 * @param resource - The resource. For a row that does not exist yet, its registered class.
 * @param options - As for `explain`.
 * @throws ArgumentError, as `explain`.
 * @example
 * console.log(String(await loadExplanation(authorizer, user, 'close', issue, { values: true })))
 */
export async function loadExplanation(
  authorizer: Authorizer,
  actor: unknown,
  action: Action,
  resource: unknown,
  options: ExplainOptions = {},
): Promise<Explanation> {
  const of = known(authorizer)
  const asked = { actor, action, resource }
  attempt(() => of.decider.decide(actor, action, resource))
  const evaluated = await evaluateLoading(of, asked)
  if (evaluated.root && evaluated.decision !== 'error')
    return new Explanation(asked, evaluated, options, authorizer.schema)
  const policy = of.decider.policy
  const check = await attemptLoading(async () => of.decider.settle(actor, action, resource, policy))
  return new Explanation(asked, settled(evaluated, check), options, authorizer.schema)
}

function known(authorizer: Authorizer): Inside {
  const inside = insideOf(authorizer)
  if (inside) return inside
  throw new ArgumentError('invalid-argument', 'An explanation needs an authorizer as its first argument.', {
    hint: 'explain(authorizer, actor, action, resource)',
  })
}

/** The answer of the check itself. */
type Check = { readonly allowed: boolean } | { readonly error: unknown }

/** @throws ArgumentError, since such a question has no explanation. */
function attempt(check: () => boolean): Check {
  try {
    return { allowed: check() }
  } catch (error) {
    if (error instanceof ArgumentError) throw error
    return { error }
  }
}

async function attemptLoading(check: () => Promise<boolean>): Promise<Check> {
  try {
    return { allowed: await check() }
  } catch (error) {
    return { error }
  }
}

/** Returns the evaluation with the answer of the check: its error is the more exact one. */
function settled(evaluated: Evaluated, check: Check): Evaluated {
  const decision = 'error' in check ? 'error' : check.allowed ? 'allowed' : 'denied'
  const error = 'error' in check ? errorOf(check.error) : undefined
  if (evaluated.decision === decision) return { ...evaluated, error: error ?? evaluated.error }
  return { decision, error, root: undefined, search: undefined }
}

async function evaluateLoading(of: Inside, asked: Asked): Promise<Evaluated> {
  const arrivals = new Arrivals()
  const ask = of.relations.forQuestion()
  const deadline = new Deadline(of.limits.asyncTime)
  try {
    for (let round = 0; ; round++) {
      const evaluated = evaluate(of, asked, arrivals)
      if (evaluated.decision === 'denied') evaluated.search?.find()
      const wanted = arrivals.take(evaluated.decision === 'error' || evaluated.search?.isShort === true)
      if (wanted.length === 0 || round === maxRounds) return evaluated
      const values = await deadline.meet(Promise.all(wanted.map((one) => ask(one) ?? promised(one))))
      for (const [at, one] of wanted.entries()) arrivals.arrive(one, values[at])
    }
  } catch (error) {
    return { decision: 'error', error: errorOf(error), root: undefined, search: undefined }
  } finally {
    deadline.clear()
  }
}

/** Relations of relations that explanations load one after the other. */
const maxRounds = 200

/** Evaluates the condition of a check, derived with the rules that its parts come from. */
function evaluate({ decider, limits }: Inside, { actor, action, resource }: Asked, arrivals: Arrivals): Evaluated {
  const { policy, checks } = decider.policy
  const { meaning } = checks
  const { schema } = meaning
  try {
    const kindOf = (value: unknown) => (value === null ? 'nil' : { model: schema.modelOf(value)?.name })
    const deriver = new Deriver(policy, schema, { origins: true })
    const condition: Condition = deriveCheck(schema, kindOf(actor), { action }, kindOf(resource), deriver)
    const known = subjects(actor, action)
    const environment = (root: Parameters<typeof known>[0]) =>
      root.kind === 'resource' ? ({ kind: 'value', value: resource } as const) : known(root)
    const world = new EvaluatedWorld(meaning, environment, new Reads(arrivals), new Time(limits.syncTime))
    const root = new Part(world, condition, environment)
    const { outcome } = root
    if ('error' in outcome) {
      if (outcome.error instanceof BeyondExplanation || isStackOverflow(outcome.error)) throw outcome.error
      return { decision: 'error', error: errorOf(outcome.error), root, search: undefined }
    }
    const allowed = outcome.truth === true
    const search = allowed ? undefined : new MissingSearch(root)
    return { decision: allowed ? 'allowed' : 'denied', error: undefined, root, search }
  } catch (error) {
    const known = error instanceof ArcturusError ? error : undefined
    return { decision: 'error', error: known, root: undefined, search: undefined }
  }
}
