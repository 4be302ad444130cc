import type { Actor, AuthorizationError } from '@arcturus/core'
import { type Enforcement, headersOf, problemOf, problemType, wantsProblem } from '@arcturus/web'
import { holdUndecided, keepPrivate } from '@arcturus/web/node'
import { Logger } from '@nestjs/common'
import { type Call, type PlatformRequest, type Reply, rawOf } from './call.js'
import type { ArcturusModuleOptions } from './options.js'

/** Reports what clients do not learn. */
export const logger: Logger = new Logger('Arcturus')

/** Logs an error, and returns one for clients in its place. */
export function internalError(cause: Error): Error {
  logger.error(cause)
  return new Error('Internal server error', { cause })
}

/** Holds back the response of a route until it is decided. */
export function holdReply(reply: Reply, { method, name }: Call, enforcement: Enforcement<object, Actor>): void {
  const response = rawOf(reply)
  const report = (error: Error): void => logger.error(error)
  holdUndecided(response, enforcement, {
    method,
    name,
    report,
    makePrivate: () => makePrivate(reply),
    replace: (error) => {
      report(error)
      response.statusCode = 500
      response.setHeader('Content-Type', 'application/json')
      response.end(JSON.stringify({ statusCode: 500, message: 'Internal Server Error' }))
    },
  })
}

/** Marks a response as private for caches. Fastify keeps headers of its own, and may have copied them by now. */
export function makePrivate(reply: Reply): void {
  const response = rawOf(reply)
  keepPrivate(response)
  keepPrivate({
    headersSent: response.headersSent,
    getHeader: (name) => reply.getHeader(name),
    setHeader: (name, value) => reply.header(name, value),
  })
}

/** Sets the headers of a denial. */
export function markDenied(reply: Reply, error: AuthorizationError, options: ArcturusModuleOptions): void {
  if (rawOf(reply).headersSent) return
  const vary = String(reply.getHeader('Vary') ?? '')
  for (const [name, value] of Object.entries(headersOf(error, options, vary))) reply.header(name, value)
}

/** Answers a denial, as an RFC 9457 problem if the client wants one. Returns whether there was no answer yet. */
export function deny(
  reply: Reply,
  error: AuthorizationError,
  { headers }: PlatformRequest,
  options: ArcturusModuleOptions,
): boolean {
  if (rawOf(reply).headersSent) return false
  markDenied(reply, error, options)
  const { status, message } = error
  const isProblem = wantsProblem(options.problemDetails, headers?.accept)
  if (isProblem) reply.header('Content-Type', problemType)
  // Bytes, because Express adds a charset to strings and this type has none.
  reply.status(status).send(isProblem ? Buffer.from(JSON.stringify(problemOf(error))) : { statusCode: status, message })
  return true
}
