import type { ServerResponse } from 'node:http'
import { own } from '@arcturus/core/internal/web'
import type { Enforcement } from '../enforcement.js'
import { keepPrivate } from '../keepPrivate.js'
import { type Holder, hold, isAllowList } from './hold.js'

/** How a framework answers in the place of a response without a decision. */
export interface UndecidedOptions {
  /** Reports an error that no error handler can answer any more. */
  readonly report: (error: Error) => void
  /** Replaces a response that was sent in one piece. Default: reports the error, and responds 500. */
  readonly replace?: Holder['replace']
  /** Returns whether a body answers an OPTIONS request. Default: it lists the allowed methods, as routers do. */
  readonly exempts?: (body: string) => boolean
  /** Returns whether the response may depend on the actor. Default: as the guard knows. */
  readonly isPersonal?: () => boolean
  /** Marks the response as private for caches. Default: as `keepPrivate`. */
  readonly makePrivate?: () => void
}

/**
 * Holds a response until its enforcement has a decision, and marks it as private if it depends on the actor.
 *
 * @returns A function that releases the response.
 */
export function holdUndecided(
  response: ServerResponse,
  enforcement: Pick<Enforcement<object, unknown>, 'guard' | 'method' | 'hold' | 'answered'>,
  given: UndecidedOptions,
): () => void {
  const { guard, method } = enforcement
  const body = (error: Error): string => {
    report(error)
    return 'Internal Server Error'
  }
  const {
    report,
    replace = (error: Error) => {
      response.statusCode = 500
      response.setHeader('Content-Type', 'text/plain; charset=utf-8')
      response.end(body(error))
    },
    exempts = (text: string) => isAllowList(response, text),
    isPersonal = () => guard.personal,
    makePrivate = () => keepPrivate(response),
  } = own(given)
  return hold(response, {
    holds: () => guard.holds,
    failure: (status) => enforcement.hold(status),
    exempts: method === 'OPTIONS' ? exempts : undefined,
    sending: () => {
      if (isPersonal() && guard.state !== 'blocked') makePrivate()
      enforcement.answered()
    },
    replace,
    body,
  })
}
