import { ArcturusError, AuthorizationError, type Authorizer, type Context } from '@arcturus/core'
import { inContext } from '../inContext.js'

/** A check: may this actor perform this action on this resource? */
export interface Check {
  readonly actor: unknown
  readonly action: string
  readonly resource: unknown
}

/** A check, the question about one field of a resource, or a request: the `resource`, without an action. */
export interface Question {
  readonly actor: unknown
  /** Undefined for a request. */
  readonly action: string | undefined
  readonly resource: unknown
  readonly field?: string
  /** Default: that of the authorizer. */
  readonly context?: Context | undefined
}

/** An answer, or the code of an error. */
export type Answer = 'allowed' | 'denied' | { readonly error: string }

/** Returns the answer of a question. An error of the policy is an answer of its own. */
export async function answerOf(authorizer: Authorizer, question: Question): Promise<Answer> {
  try {
    return (await isAllowed(inContext(authorizer, question.context), question)) ? 'allowed' : 'denied'
  } catch (error) {
    if (error instanceof AuthorizationError) return 'denied'
    if (error instanceof ArcturusError) return { error: error.code }
    throw error
  }
}

/** @throws AuthorizationError if a field or a request is denied. */
async function isAllowed(authorizer: Authorizer, { actor, action, resource, field }: Question): Promise<boolean> {
  if (action === undefined) await authorizer.authorizeRequest(actor, resource)
  else if (field === undefined) return authorizer.isAllowed(actor, action as never, resource)
  // A text is the name of a model: the question is about a row that does not exist yet.
  else if (typeof resource === 'string')
    await authorizer.assertWritable(actor, action as never, resource, { [field]: undefined })
  else await authorizer.authorizeField(actor, action as never, resource, field)
  return true
}

/** Returns whether two answers are the same. */
export function isSame(a: Answer, b: Answer): boolean {
  return typeof a === 'object' && typeof b === 'object' ? a.error === b.error : a === b
}
