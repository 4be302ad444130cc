import { stringLiteralsOf } from '../authorizer/actions/actionNames.js'
import { actionNames, checkedAction, delegatesActions, policyFor } from '../policy/actions.js'
import type { Policy } from '../policy/policy.js'
import type { Schema } from '../schema/schema.js'

/** A stand-in for the actions that no policy names, of which a rule can allow any. */
const otherAction = 'any other action'

/**
 * Returns the actions that one of several policies can allow.
 * @param readAction - Stands for the actions that rules leave open, as `any other action` does.
 * @param model - The model of the resources. Default: any resource.
 * @example
 * actionsOn([authorizer.policy!], authorizer.schema, 'read', 'Document') // Set { 'read', 'edit' }
 */
export function actionsOn(
  policies: readonly Policy[],
  schema: Schema,
  readAction: string,
  model?: string,
): ReadonlySet<string> {
  const isRegistered = (name: string): boolean => schema.isName(name)
  const found = new Set<string>()
  for (const policy of policies) {
    const isWhole = model === undefined || delegatesActions(policy)
    const part = isWhole ? policy : policyFor(policy, schema, model)
    const { names, open, isWild } = actionNames(part, [checkedAction], isRegistered)
    for (const name of names) found.add(name)
    // Data can name any action, and the policies can compare it with any of their strings.
    if (open) for (const one of policies) for (const text of stringLiteralsOf(one)) found.add(text)
    if (open || isWild) found.add(readAction).add(otherAction)
  }
  return found
}
