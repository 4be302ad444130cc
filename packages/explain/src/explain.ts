import {
  type ActionOn,
  type ActorIn,
  ArgumentError,
  Arrivals,
  type Asked,
  type Authorizer,
  assertField,
  assertMask,
  type Engine,
  engineOf,
  has,
  invalidArgument,
  own,
  type PolicyTypes,
  versionOf,
} from '@arcturus/core/internal/explain'
import { evaluate, evaluateLoading } from './evaluate.js'
import { callOf, type Evaluated, Explanation } from './explanation.js'
import { errorOf, needsLoading } from './outcome.js'
import type { ShowOptions } from './show.js'

/** The options of `explain` and `loadExplanation`. */
export interface ExplainOptions extends ShowOptions {
  /** The field that the question is about, by the rules of `allow_field`. Default: it is about the resource. */
  readonly field?: string | undefined
}

/**
 * Explains why an actor may or may not perform an action on a resource, synchronously.
 *
 * @param authorizer - The authorizer with the policy.
 * @param actor - The actor, or null for an anonymous user.
 * @param resource - The resource. For a row that does not exist yet, its registered class.
 * @param options.values - Whether values of fields are shown. Default false.
 * @param options.mask - Fields whose values are never shown, such as `User.email`. Default none.
 * @param options.field - The field that the question is about. Default: it is about the resource.
 * @returns The explanation. A failing policy is an explanation with its `error`, such as a relation
 * that is not loaded.
 * @throws ArgumentError if the actor or the resource is undefined or of an unknown class, or if the
 * action or a masked field is unknown.
 * @example
 * console.log(String(explain(authorizer, user, 'close', issue)))
 */
export function explain<P extends PolicyTypes, A, Row>(
  authorizer: Authorizer<P>,
  actor: A & ActorIn<A, P>,
  action: ActionOn<Row, P>,
  resource: Row,
  options: ExplainOptions = {},
): Explanation {
  const of = known(authorizer)
  const asked = questionOf(of, { actor, action, resource }, options)
  return new Explanation(asked, decided(of, asked), options, of.schema, versionIn(of))
}

/** Explains a denial, which may have loaded relations. They are not loaded again: they are its `error`. */
export function explainDenial(of: Engine, asked: Asked, options: ExplainOptions): Explanation {
  const evaluated = decided(of, asked)
  const isDenied = evaluated.error !== undefined && needsLoading(evaluated.error)
  const denied = isDenied ? ({ ...evaluated, decision: 'denied' } as const) : evaluated
  return new Explanation(asked, denied, options, of.schema, versionIn(of))
}

function decided(of: Engine, asked: Asked): Evaluated {
  const check = attempt(() => decide(of, asked))
  return settled(evaluate(of, asked, new Arrivals()), check)
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
export async function loadExplanation<P extends PolicyTypes, A, Row>(
  authorizer: Authorizer<P>,
  actor: A & ActorIn<A, P>,
  action: ActionOn<Row, P>,
  resource: Row,
  options: ExplainOptions = {},
): Promise<Explanation> {
  const of = known(authorizer)
  return loadQuestion(of, questionOf(of, { actor, action, resource }, options), options)
}

/** @throws ArgumentError for an invalid option. */
function questionOf({ schema }: Engine, asked: Asked, options: ExplainOptions): Asked {
  const { mask = [], field } = own(options)
  assertMask(schema, mask)
  if (field !== undefined) assertField(field)
  return own({ ...asked, field })
}

/** Explains the answer to any question; otherwise as `loadExplanation`. */
export async function loadQuestion(of: Engine, asked: Asked, options: ExplainOptions): Promise<Explanation> {
  attempt(() => decide(of, asked))
  const version = versionIn(of)
  const evaluated = await evaluateLoading(of, asked)
  if (evaluated.root && evaluated.decision !== 'error')
    return new Explanation(asked, evaluated, options, of.schema, version)
  const check = await attemptLoading(async () => settle(of, asked))
  return new Explanation(asked, settled(evaluated, check), options, of.schema, version)
}

function versionIn({ active: { policy } }: Engine): string | undefined {
  return policy && versionOf(policy)
}

function decide({ decider }: Engine, asked: Asked): boolean {
  const { actor, action, resource, field } = asked
  if (action !== undefined && field === undefined) return decider.quietly(actor, action, resource)
  const { rule, args } = callOf(asked)
  return decider.holdsSync(rule, args)
}

function settle({ decider }: Engine, asked: Asked): boolean | Promise<boolean> {
  const { actor, action, resource, field } = asked
  if (action !== undefined && field === undefined) return decider.settle(actor, action, resource, decider.policy)
  const { rule, args } = callOf(asked)
  return decider.holds(rule, args)
}

/** Returns the parts of an authorizer. @throws ArgumentError if it is none. */
export function known(authorizer: object): Engine {
  const inside = engineOf(authorizer)
  if (inside) return inside
  throw invalidArgument('An explanation needs an authorizer as its first argument.', {
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
  const decision = has(check, 'error') ? 'error' : check.allowed ? 'allowed' : 'denied'
  const error = has(check, 'error') ? errorOf(check.error) : undefined
  if (evaluated.decision === decision) return { ...evaluated, error: error ?? evaluated.error }
  return { decision, error, root: undefined, search: undefined }
}
