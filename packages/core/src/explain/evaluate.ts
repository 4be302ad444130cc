import type { Engine } from '../authorizer/decisions/engine.js'
import type { Asked } from '../authorizer/decisions/explainer.js'
import { promised } from '../authorizer/decisions/promised.js'
import type { Run } from '../authorizer/filters/filter.js'
import { deriveCheck, deriveRequest, type Kind } from '../authorizer/plans/plans.js'
import type { Condition, Operand, Root } from '../condition/condition.js'
import { Deriver } from '../condition/derive/derive.js'
import { ArcturusError } from '../errors.js'
import { Deadline, type Limits } from '../machine/index.js'
import type { Meaning } from '../predicate/meaning.js'
import type { Schema } from '../schema/schema.js'
import type { Evaluated } from './explanation.js'
import { Ids } from './ids.js'
import { MissingSearch } from './missing.js'
import { errorOf, fails } from './outcome.js'
import { Part } from './part.js'
import { Arrivals, Reads } from './reads.js'
import { EvaluatedWorld, Time } from './world.js'

/**
 * Evaluates a check. Relations that are not loaded, and promises, are loaded in rounds.
 * @param options.searches - Whether what a denial lacks is searched. Default true.
 */
export async function evaluateLoading(
  of: Engine,
  asked: Asked,
  { searches = true }: { readonly searches?: boolean } = {},
): Promise<Evaluated> {
  const arrivals = new Arrivals()
  const loader = of.relations.forQuestion()
  const deadline = new Deadline(of.limits.asyncTime)
  try {
    for (let round = 0; ; round++) {
      const evaluated = evaluate(of, asked, arrivals)
      if (searches && evaluated.decision === 'denied') evaluated.search?.find()
      const wanted = arrivals.take(evaluated.decision === 'error' || (searches && evaluated.search?.isShort === true))
      if (wanted.length === 0 || round === maxRounds) return evaluated
      const values = await deadline.meet(Promise.all(wanted.map((one) => loader.load(one) ?? promised(one))))
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
export function evaluate({ decider, limits }: Engine, asked: Asked, arrivals: Arrivals): Evaluated {
  const { policy, context } = decider.policy
  const { meaning } = context
  try {
    const deriver = new Deriver(policy, meaning.schema, { origins: true })
    const root = rootOf(
      meaning,
      asked,
      conditionOf(meaning.schema, asked, deriver),
      limits,
      (part) => decider.run(part),
      arrivals,
    )
    const { outcome } = root
    if (fails(outcome)) {
      const { error } = outcome
      if (error.code === 'machine-only')
        return { decision: 'error', error: undefined, root: undefined, search: undefined }
      return { decision: 'error', error, root, search: undefined }
    }
    const allowed = outcome.truth === true
    const search = allowed ? undefined : new MissingSearch(root)
    return { decision: allowed ? 'allowed' : 'denied', error: undefined, root, search }
  } catch (error) {
    const known = error instanceof ArcturusError ? error : undefined
    return { decision: 'error', error: known, root: undefined, search: undefined }
  }
}

/** Derives the condition of a question for the classes of its values. */
export function conditionOf(schema: Schema, { actor, action, resource, field }: Asked, deriver: Deriver): Condition {
  const kindOf = (value: unknown): Kind => (value === null ? 'nil' : { model: schema.modelOf(value)?.name })
  const [by, on] = [kindOf(actor), kindOf(resource)]
  if (action === undefined) return deriveRequest(schema, by, on, deriver)
  return deriveCheck(schema, by, { action }, on, deriver, field)
}

/** Returns the condition of a question as a part that is evaluated on demand. */
export function rootOf(
  meaning: Meaning,
  { actor, action, resource }: Asked,
  condition: Condition,
  limits: Pick<Limits, 'syncTime'>,
  run: Run,
  arrivals: Arrivals = new Arrivals(),
): Part {
  const known = new Map<Root['kind'], unknown>([
    ['actor', actor],
    ['action', action],
    ['resource', resource],
  ])
  const environment = ({ kind }: Root): Operand | undefined =>
    known.has(kind) ? { kind: 'value', value: known.get(kind) } : undefined
  const ids = new Ids(meaning.schema)
  const reads = new Reads(arrivals, ids, meaning.schema)
  return new Part(new EvaluatedWorld(meaning, run, environment, reads, new Time(limits), ids), condition, environment)
}
