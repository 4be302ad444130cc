import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** What decides over answers, and what becomes of those that may not go out. */
export interface Holder {
  /** The error to answer instead of an answer with this status; undefined lets it pass. */
  readonly refusal: (status: number) => Error | undefined
  /** The head of an answer that passed is about to go out: the last moment to set a header. */
  readonly sending?: (() => void) | undefined
  /** The answer was given in one piece, so the application is done with it: an error handler may answer the error. */
  readonly replace: (error: Error) => void
  /** The answer is being written in pieces, or was itself given by an error handler: this body goes out with status 500. */
  readonly body: (error: Error) => string
}

/**
 * Holds a response: nothing of a refused answer leaves, neither headers nor body.
 *
 * All of Node's ways to answer end in these four methods, so send, json, render, redirect, sendFile and streams need no
 * case of their own. Headers that were set before the hold stay; those of the refused answer go.
 */
export function hold(response: ServerResponse, holder: Holder): void {
  const { writeHead, write, end, flushHeaders } = response
  const before: OutgoingHttpHeaders = { ...response.getHeaders() }
  /** An error handler's turn: the next refused answer is answered here. */
  let replaced = false
  /** Answered here: what the application still writes goes nowhere. */
  let closed = false

  const refusal = (status: number): Error | undefined => {
    if (closed || response.headersSent || response.destroyed) return undefined
    // As Node takes it: 2 ** 32 + 200 is answered as 200.
    const error = holder.refusal(status | 0)
    if (!error) holder.sending?.()
    return error
  }

  const forget = (): void => {
    for (const name of response.getHeaderNames()) response.removeHeader(name)
    for (const [name, value] of Object.entries(before)) if (value !== undefined) response.setHeader(name, value)
    response.statusCode = 500
    response.statusMessage = ''
  }

  const answerInstead = (error: Error): void => {
    forget()
    const body = holder.body(error)
    response.setHeader('Content-Type', 'text/plain; charset=utf-8')
    response.setHeader('X-Content-Type-Options', 'nosniff')
    response.setHeader('Content-Length', Buffer.byteLength(body))
    writeHead.call(response, 500)
    end.call(response, body, 'utf8')
    closed = true
  }

  /** What is dropped counts as written to whoever wrote it, so that streams run out as usual. */
  const drop = (parameters: readonly unknown[]): void => {
    const done = parameters.find((one): one is () => void => typeof one === 'function')
    if (done) process.nextTick(done)
  }

  const held = {
    writeHead(...parameters: unknown[]): ServerResponse {
      const error = refusal(Number(parameters[0]))
      if (error) answerInstead(error)
      else if (!closed) Reflect.apply(writeHead, response, parameters)
      return response
    },
    write(...parameters: unknown[]): boolean {
      const error = refusal(response.statusCode)
      if (error) answerInstead(error)
      if (!closed) return Reflect.apply(write, response, parameters)
      drop(parameters)
      return true
    },
    end(...parameters: unknown[]): ServerResponse {
      const error = refusal(response.statusCode)
      if (error && !replaced) {
        replaced = true
        forget()
        drop(parameters)
        holder.replace(error)
        return response
      }
      if (error) answerInstead(error)
      if (closed) drop(parameters)
      else Reflect.apply(end, response, parameters)
      return response
    },
    flushHeaders(): void {
      const error = refusal(response.statusCode)
      if (error) answerInstead(error)
      else if (!closed) flushHeaders.call(response)
    },
  }
  // Each takes what Node's overloads of it take, and hands that on as it came.
  Object.assign(response, held)
}
