import type { Action, Authorizer } from '@arcturus/core'
import { loadExplanation } from '@arcturus/explain'
import { BadRequest } from './requests.js'

interface Asking {
  readonly actor: unknown
  readonly resource: object
}

/**
 * Explains why an action is refused: lists the missing facts, and each rule with its first failed test.
 *
 * It names rows by model and key, such as `User 7`, and contains no values of their fields. Its route must be for
 * people who may read the resource.
 */
export async function whyOf<const Word extends Action>(
  authorizer: Authorizer,
  { actor, resource }: Asking,
  asked: unknown,
  actions: readonly Word[],
): Promise<{ why: string }> {
  const action = actions.find((one) => one === asked)
  if (action === undefined) throw new BadRequest(`The action is one of ${actions.join(', ')}.`)
  return { why: String(await loadExplanation(authorizer, actor, action, resource)) }
}
