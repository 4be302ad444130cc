import { Deriver } from '../../condition/derive/derive.js'
import { entryOf } from '../../values/entryOf.js'
import type { PlanContext } from './checkPlans.js'

const derivers = new WeakMap<PlanContext, Deriver>()

/** Returns the deriver of a policy's plans, which checks and filters share. */
export function deriverOf(context: PlanContext): Deriver {
  return entryOf(derivers, context, () => new Deriver(context.policy, context.meaning.schema))
}
