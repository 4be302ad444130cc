import { ArcturusError, AuthorizationError, type Authorizer, type Context } from '@arcturus/core'
import { inContext } from '../inContext.js'

/**
 * A question: a check; with a `field`, whether that field of the resource is allowed; with `ofFields`, which of its fields
 * are; without an action, whether a request is allowed, which is the resource.
 */
export interface Question {
  readonly actor: unknown
  /** Undefined for a request. */
  readonly action: string | undefined
  readonly resource: unknown
  readonly field?: string
  readonly ofFields?: true
  /** Default: that of the authorizer. */
  readonly context?: Context | undefined
}

interface Failed {
  /** The code of an error. */
  readonly error: string
}

/** An answer, or the code of an error. */
export type Answer = 'allowed' | 'denied' | Failed

/** The fields of a row on which an action is allowed, in alphabetical order, or the code of an error. */
export type FieldAnswer = readonly string[] | Failed

/** Returns the answer of a question. An error of the policy is an answer of its own. */
export async function answerOf(authorizer: Authorizer, question: Question): Promise<Answer | FieldAnswer> {
  try {
    return await answer(inContext(authorizer, question.context), question)
  } catch (error) {
    if (error instanceof AuthorizationError) return 'denied'
    if (error instanceof ArcturusError) return { error: error.code }
    throw error
  }
}

/** @throws AuthorizationError if a field or a request is denied. */
async function answer(
  authorizer: Authorizer,
  { actor, action, resource, field, ofFields }: Question,
): Promise<Answer | FieldAnswer> {
  if (action === undefined) await authorizer.authorizeRequest(actor, resource)
  else if (ofFields) return [...(await authorizer.authorizedFields(actor, action as never, resource))].sort()
  else if (field === undefined)
    return (await authorizer.isAllowed(actor, action as never, resource)) ? 'allowed' : 'denied'
  // A text is the name of a model: the question is about a row that does not exist yet.
  else if (typeof resource === 'string')
    await authorizer.assertWritable(actor, action as never, resource, { [field]: undefined })
  else await authorizer.authorizeField(actor, action as never, resource, field)
  return 'allowed'
}

/** Returns whether two answers are the same. */
export function isSame(a: Answer | FieldAnswer, b: Answer | FieldAnswer): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
