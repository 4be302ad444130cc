import type { Evaluation } from '../../machine/index.js'
import { discardingErrors } from '../../values/metErrors.js'
import type { Decision } from '../../values/semantics.js'

type Steps = Generator<unknown, Decision>

/** Runs a predicate that waits, as a part of an evaluation. Nobody needs the record of its errors. */
export async function drive(steps: Steps, evaluation: Evaluation): Promise<Decision> {
  const run = (resume: () => ReturnType<Steps['next']>) => evaluation.run(() => discardingErrors(resume))
  let step = run(() => steps.next())
  while (!step.done) {
    try {
      const value: unknown = await step.value
      step = run(() => steps.next(value))
    } catch (error) {
      // A predicate that has thrown is over, and throws again.
      step = run(() => steps.throw(error))
    }
  }
  return step.value
}
