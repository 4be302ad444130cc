import {
  ArcturusError,
  Arrivals,
  type Asked,
  type Condition,
  Deadline,
  type Engine,
  type Limits,
  type Meaning,
  type Operand,
  promised,
  type Root,
  type Run,
} from '@arcturus/core/internal/explain'
import { Conditions } from './conditions.js'
import type { Evaluated } from './explanation.js'
import { Ids } from './ids.js'
import { MissingSearch } from './missing.js'
import { errorOf, fails } from './outcome.js'
import type { Part } from './part.js'
import { Reads } from './reads.js'
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
  const { policy } = decider
  try {
    const condition = Conditions.of(policy).of(asked)
    const root = rootOf(policy.context.meaning, asked, condition, limits, (part) => decider.run(part), arrivals)
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
  return new EvaluatedWorld(meaning, run, environment, reads, new Time(limits), ids).rootOf(condition, environment)
}
