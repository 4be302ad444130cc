import type { Action, Authorizer } from '@arcturus/core'
import { loadExplanation } from '@arcturus/explain'
import { oneOf } from './requests.js'

interface Asking {
  readonly actor: unknown
  readonly resource: object
}

/**
 * Explains why an action is refused: lists the missing facts, and each rule with its first failed test.
 *
 * It names rows by model and key, such as `Folder 7`, and contains no values of their fields. Its route must be for
 * people who may read the resource.
 */
export async function whyOf<const Word extends string & Action>(
  authorizer: Authorizer,
  { actor, resource }: Asking,
  asked: unknown,
  actions: readonly Word[],
): Promise<{ why: string }> {
  const action = oneOf(actions, asked, 'action')
  const why = String(await loadExplanation(authorizer, actor, action, resource))
  // The place of a rule is its file and line, without the folder on the server.
  return { why: why.replaceAll(/\(\S*\/([^/\s]+:\d+:\d+)\)/g, '($1)') }
}
