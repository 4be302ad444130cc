import { deriveCheck } from '../authorizer/plans/plans.js'
import { Deriver } from '../condition/derive/derive.js'
import { printCondition } from '../condition/print.js'
import { simplify } from '../condition/rewrite/passes.js'
import type { Policy } from '../policy/policy.js'
import type { Schema } from '../schema/schema.js'

/** The condition of a permission for one class of actors. */
export interface EffectiveCondition {
  readonly actor: string
  /** On one line; `true` and `false` for always and never. */
  readonly text: string
}

/**
 * Returns the conditions under which actors may perform an action on rows of a model, once for each class of actors. These
 * mean the same as those that checks and filters evaluate.
 */
export function effectiveConditions(
  policy: Omit<Policy, 'warnings'>,
  schema: Schema,
  action: string,
  model: string,
): readonly EffectiveCondition[] {
  const whole: Policy = { ...policy, warnings: [] }
  const deriver = new Deriver(whole, schema)
  return [...policy.unions.Actor].map((actor) => {
    const condition = simplify(deriveCheck(schema, { model: actor }, { action }, { model }, deriver))
    return { actor, text: printCondition(condition, schema) }
  })
}
