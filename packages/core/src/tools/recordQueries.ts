import { engineOf } from '../authorizer/decisions/engine.js'
import { type Recorder, tracer } from '../machine/index.js'
import type { Policy } from '../policy/policy.js'

/**
 * Records the events of an authorizer's queries. The query machine evaluates all checks meanwhile,
 * whatever the option `evaluator` is; the answers are the same.
 * @param recorderOf - Returns the recorder of a policy: the active one, and each that is loaded later.
 * @returns A function that ends the recording; undefined if the object is not an authorizer.
 * @example
 * const end = recordQueries(authorizer, () => ({ record: ({ kind }) => console.log(kind) }))
 */
export function recordQueries(authorizer: object, recorderOf: (policy: Policy) => Recorder): (() => void) | undefined {
  return engineOf(authorizer)?.active.record(recorderOf, tracer)
}
