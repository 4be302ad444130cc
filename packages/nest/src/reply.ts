import type { Actor, AuthorizationError } from '@arcturus/core'
import { denialOf, type Enforcement, problemType } from '@arcturus/web'
import { holdUndecided, keepPrivate } from '@arcturus/web/node'
import { Logger } from '@nestjs/common'
import { type PlatformRequest, type Reply, rawOf } from './call.js'
import type { ArcturusModuleOptions } from './options.js'

/** Reports what clients do not learn. */
export const logger: Logger = new Logger('Arcturus')

/** Logs an error, and returns one for clients in its place. */
export function internalError(cause: Error): Error {
  logger.error(cause)
  return new Error('Internal server error', { cause })
}

/** Holds back the response of a route until it is decided. */
export function holdReply(reply: Reply, enforcement: Enforcement<object, Actor>): void {
  holdUndecided(rawOf(reply), enforcement, {
    report: (error) => logger.error(error),
    makePrivate: () => makePrivate(reply),
  })
}

/** Marks a response as private for caches. Fastify keeps headers of its own, and may have copied them by now. */
export function makePrivate(reply: Reply): void {
  for (const one of [rawOf(reply), reply]) keepPrivate(one)
}

/** Sets the headers of a denial. Returns its body if it is an RFC 9457 problem. */
export function markDenied(
  reply: Reply,
  error: AuthorizationError,
  options: ArcturusModuleOptions,
  accept?: string,
): string | undefined {
  if (rawOf(reply).headersSent) return undefined
  const { headers, problem } = denialOf(error, options, accept, reply.getHeader('Vary'))
  for (const [name, value] of Object.entries(headers)) reply.header(name, value)
  return problem
}

/** Answers a denial, as an RFC 9457 problem if the client wants one. Returns whether there was no answer yet. */
export function deny(
  reply: Reply,
  error: AuthorizationError,
  { headers }: PlatformRequest,
  options: ArcturusModuleOptions,
): boolean {
  if (rawOf(reply).headersSent) return false
  const { status, message } = error
  const problem = markDenied(reply, error, options, headers?.accept)
  if (problem) reply.header('Content-Type', problemType)
  // Bytes, because Express adds a charset to strings and this type has none.
  reply.status(status).send(problem ? Buffer.from(problem) : { statusCode: status, message })
  return true
}
