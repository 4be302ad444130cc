import { ArcturusError, type Code, endsEvaluation, Fault, has, QueryError } from '@arcturus/core/internal/explain'
/** Whether a part holds; undefined if that depends on a row that does not exist yet. */
export type Truth = boolean | undefined

/** The outcome of a part of a condition. */
export type Outcome = { readonly truth: Truth } | Fault

export function holds(outcome: Outcome): boolean {
  return has(outcome, 'truth') && outcome.truth === true
}

export function fails(outcome: Outcome): outcome is Fault {
  return !has(outcome, 'truth')
}

const limits: readonly Code[] = ['time-limit', 'step-limit', 'filter-too-large']
const endings: readonly Code[] = ['filter-too-large', 'machine-only']

/** Returns whether an error is one of a limit that no other part of the evaluation can keep either. */
export function isLimit({ code }: Pick<Fault, 'code'>): boolean {
  return limits.includes(code)
}

/** Returns whether loading can settle an error. */
export function needsLoading({ code }: Pick<Fault, 'code'>): boolean {
  return code === 'relation-not-loaded' || code === 'async-value'
}

/** Returns whether an outcome ends an explanation: no alternative outweighs such an error. */
export function endsAll(outcome: Outcome): boolean {
  if (!fails(outcome)) return false
  const { code } = outcome
  return endings.includes(code) || (endsEvaluation(code) && !needsLoading(outcome))
}

/** Returns a thrown value as a failure. */
export function failureOf(thrown: unknown): Fault {
  return thrown instanceof Fault ? thrown : Fault.of(errorOf(thrown))
}

/** Returns the error of an evaluation that failed. */
export function errorOf(error: unknown): ArcturusError {
  if (error instanceof Fault) return error.error
  if (error instanceof ArcturusError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new QueryError('application-error', message, { cause: error })
}
