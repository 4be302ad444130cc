import type { Authorizer } from '../authorizer/authorizer.js'
import { ArcturusError } from '../errors.js'

/** A check: may this actor perform this action on this resource? */
export interface Check {
  readonly actor: unknown
  readonly action: string
  readonly resource: unknown
}

/** An answer, or the code of an error. */
export type Answer = 'allowed' | 'denied' | { readonly error: string }

/** Returns the answer of a check. An error of the policy is an answer of its own. */
export async function answerOf(authorizer: Authorizer, { actor, action, resource }: Check): Promise<Answer> {
  try {
    return (await authorizer.isAllowed(actor, action as never, resource)) ? 'allowed' : 'denied'
  } catch (error) {
    if (error instanceof ArcturusError) return { error: error.code }
    throw error
  }
}

/** Returns whether two answers are the same. */
export function isSame(a: Answer, b: Answer): boolean {
  return typeof a === 'object' && typeof b === 'object' ? a.error === b.error : a === b
}
