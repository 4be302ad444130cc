import { AsyncLocalStorage } from 'node:async_hooks'
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { held, names, release, type Ways, waysOf } from './heldResponse.js'

/** Decides about responses, and replaces the blocked ones. */
export interface Holder {
  /** Returns whether a response may be blocked at all. If not, responses are not inspected. */
  holds(): boolean
  /**
   * Returns the error to send in place of a response with this status, or undefined if the response
   * may pass.
   */
  failure(status: number): Error | undefined
  /**
   * Returns whether a response with this whole body may pass, even if `failure` would block it. It
   * is set only for requests whose responses may pass by their body. The head of such a response
   * waits for its body.
   */
  readonly exempts?: ((body: string) => boolean) | undefined
  /** Called once, before the head of a passed response is sent: the last moment to set a header. */
  sending?(): void
  /**
   * Replaces a response that was sent in one piece. The application is done with it, so an error
   * handler may respond with the error. It sets a status of its own: a success is blocked again. Only
   * code that runs because of this call may respond.
   */
  replace(error: Error): void
  /**
   * Returns the body to send with status 500 if the response is written in pieces, or comes from an
   * error handler itself. The response ends when the application ends it, since a stream that
   * writes to it treats an earlier end as an error.
   */
  body(error: Error): string
}

/**
 * Holds a response: no part of a blocked response is sent, neither headers nor body.
 *
 * All of Node's ways to respond end in four methods, so send, json, render, redirect, sendFile and
 * streams need no case of their own. Headers that were set before the hold stay. Headers of the
 * blocked response are removed.
 *
 * @returns A function that releases the response.
 */
export function hold(response: ServerResponse, holder: Holder): () => void {
  const through = waysOf(response)
  if (through) {
    held(response, new HeldAnswer(response, holder, through))
    return () => release(response)
  }
  // Other middleware has replaced methods of the response, or the response is held already. The new
  // methods run before those.
  const { writeHead, write, end, flushHeaders, writeEarlyHints, addTrailers } = response
  // Sound: each method accepts the parameters of Node's overloads, and passes them on unchanged.
  const ways = { writeHead, write, end, flushHeaders, writeEarlyHints, addTrailers } as unknown as Ways
  const answer: Ways = new HeldAnswer(response, holder, ways)
  const before = names.map(([name]) => [name, Object.getOwnPropertyDescriptor(response, name)] as const)
  for (const [name, way] of names) {
    const value = (...parameters: unknown[]): unknown => answer[way](...parameters)
    Object.defineProperty(response, name, { value, writable: true, configurable: true, enumerable: true })
  }
  return () => {
    for (const [name, own] of before) {
      if (own) Object.defineProperty(response, name, own)
      else Reflect.deleteProperty(response, name)
    }
  }
}

/**
 * The response whose replacement the current code makes. It separates an error handler from the
 * handler that was blocked and goes on.
 */
const replacing = new AsyncLocalStorage<HeldAnswer>()

/** The methods that change a head that is not sent yet. */
const headMethods = ['setHeader', 'setHeaders', 'appendHeader', 'removeHeader'] as const

/** The response to one request, checked before it is sent. */
class HeldAnswer implements Ways {
  /** The original methods, for a response that may be sent. */
  readonly #ways: Ways
  readonly #before: OutgoingHttpHeaders
  #passed = false
  /** The error that an error handler responds to now. The next blocked response is replaced here. */
  #replaced: Error | undefined
  /** Whether the response was replaced here. Later writes of the application are discarded. */
  #closed = false
  /** Whether the response passed by its body. */
  #exempted = false
  /** The parameters of the head that waits for the body. */
  #head: readonly unknown[] | undefined
  /** Whether an original method is running. */
  #handing = false
  /** The error of a response that was blocked while an original method was running. */
  #blocked: Error | undefined

  constructor(
    private readonly response: ServerResponse,
    private readonly holder: Holder,
    through: Ways,
  ) {
    this.#ways = through
    this.#before = response.getHeaders()
  }

  writeHead(...parameters: unknown[]): unknown {
    if (this.#waits) {
      this.#head = parameters
      return this.response
    }
    const error = this.#failure(Number(parameters[0]))
    if (error) this.#answerInstead(error)
    else if (!this.#ignores) Reflect.apply(this.#ways.writeHead, this.response, parameters)
    return this.response
  }

  write(...parameters: unknown[]): unknown {
    if (this.#waits && textOf(parameters) === '') {
      drop(parameters)
      return true
    }
    const error = this.#failure()
    if (error) this.#answerInstead(error)
    if (!this.#ignores) return this.#handOn('write', parameters)
    drop(parameters)
    return true
  }

  end(...parameters: unknown[]): unknown {
    this.#exempted ||= this.#waits && this.#exempts(textOf(parameters))
    const error = this.#failure()
    if (error && !this.#replaced) {
      this.#replaced = error
      this.#forget()
      this.#ignoreOthers()
      drop(parameters)
      // Middleware that has handed on one end may hand on no other, as sessions do.
      const end = (...again: unknown[]): unknown => this.end(...again)
      Object.defineProperty(this.response, 'end', { value: end, writable: true, configurable: true })
      replacing.run(this, () => this.holder.replace(error))
      return this.response
    }
    if (error) this.#answerInstead(error)
    if (this.#closed) this.#end(parameters)
    else if (this.#isOutside) drop(parameters)
    else this.#handOn('end', parameters)
    return this.response
  }

  flushHeaders(...parameters: unknown[]): unknown {
    if (this.#waits) return undefined
    const error = this.#failure()
    if (error) this.#answerInstead(error)
    else if (!this.#ignores) this.#handOn('flushHeaders', parameters)
    return undefined
  }

  /** Whether the response may pass by its body. Nothing of it is sent before the body is known. */
  get #waits(): boolean {
    const { exempts } = this.holder
    if (!exempts || this.#passed || this.#closed || this.#handing || this.response.headersSent) return false
    return this.holder.holds()
  }

  #exempts(body: string): boolean {
    return body === '' || this.holder.exempts?.(body) === true
  }

  /**
   * Sends early hints, which can't be taken back. They are dropped as long as the response may be
   * blocked.
   */
  writeEarlyHints(...parameters: unknown[]): unknown {
    if (!this.#closed && !this.holder.holds())
      return Reflect.apply(this.#ways.writeEarlyHints, this.response, parameters)
    drop(parameters)
    return undefined
  }

  /** Sets trailers, which follow a body. An error has none. */
  addTrailers(...parameters: unknown[]): unknown {
    if (!this.#closed && !this.#replaced) Reflect.apply(this.#ways.addTrailers, this.response, parameters)
    return undefined
  }

  /**
   * Lets only the error handler change the head of its response. If the response was replaced here
   * meanwhile, even that has no effect: it would throw in the middle of the error handler.
   */
  #ignoreOthers(): void {
    const response = this.response
    for (const name of headMethods) {
      const original: unknown = Reflect.get(response, name)
      // Older versions of Node have no `setHeaders`.
      if (typeof original !== 'function') continue
      const value = (...parameters: unknown[]): unknown =>
        this.#ignores ? response : Reflect.apply(original, response, parameters)
      Object.defineProperty(response, name, { value, writable: true, configurable: true })
    }
    let { statusMessage } = response
    Object.defineProperty(response, 'statusMessage', {
      get: () => statusMessage,
      set: (message: string) => {
        if (!this.#isOutside) statusMessage = message
      },
      configurable: true,
    })
  }

  /** Whether the blocked handler goes on, while an error handler responds. */
  get #isOutside(): boolean {
    return this.#replaced !== undefined && replacing.getStore() !== this
  }

  get #ignores(): boolean {
    return this.#closed || this.#isOutside
  }

  /**
   * Runs an original method for a passed response. Inside it, Node writes the head by the current
   * `writeHead` of the response, which other code may have replaced. That can make the response a
   * blocked one: the error is thrown, so that Node does not continue with the body.
   */
  #handOn(way: 'write' | 'end' | 'flushHeaders', parameters: unknown[]): unknown {
    this.#handOnHead()
    if (!this.holder.holds()) return Reflect.apply(this.#ways[way], this.response, parameters)
    const outer = this.#handing
    this.#handing = true
    try {
      return Reflect.apply(this.#ways[way], this.response, parameters)
    } catch (thrown) {
      if (!this.#blocked) throw thrown
      if (!this.#closed) this.#answerInstead(this.#blocked)
      if (way === 'end') this.#end(parameters)
      else drop(parameters)
      return true
    } finally {
      this.#handing = outer
    }
  }

  #handOnHead(): void {
    const head = this.#head
    this.#head = undefined
    if (head) Reflect.apply(this.#ways.writeHead, this.response, head)
  }

  /**
   * @param status - The status of the response if it differs from `statusCode`.
   * @throws the error if an original method is already running.
   */
  #failure(status: unknown = this.#head?.[0]): Error | undefined {
    if (this.#closed) return undefined
    const holds = this.holder.holds()
    if (!holds && this.#passed && !this.#replaced) return undefined
    if (this.response.headersSent || this.response.destroyed) return undefined
    if (this.#isOutside) return this.#replaced
    // Converts the status as Node does: 2 ** 32 + 200 is sent as 200.
    const code = Number(status ?? this.response.statusCode) | 0
    const error = holds && !this.#exempted ? this.holder.failure(code) : undefined
    if (!error && !this.#passed) {
      this.#passed = true
      this.holder.sending?.()
    }
    if (error && this.#handing) {
      this.#blocked = error
      throw error
    }
    return error
  }

  #forget(): void {
    const response = this.response
    this.#head = undefined
    for (const name of response.getHeaderNames()) response.removeHeader(name)
    for (const [name, value] of Object.entries(this.#before)) if (value !== undefined) response.setHeader(name, value)
    // Replaces trailers of the blocked response, which would follow a chunked response.
    Reflect.apply(this.#ways.addTrailers, response, [{}])
    // The status of a response that nothing was decided for, until an error handler sets one.
    response.statusCode = 200
    response.statusMessage = ''
  }

  #answerInstead(error: Error): void {
    replacing.run(this, () => this.#sendError(error))
    this.#closed = true
  }

  #sendError(error: Error): void {
    this.#forget()
    const response = this.response
    const body = this.holder.body(error)
    response.statusCode = 500
    response.setHeader('Content-Type', 'text/plain; charset=utf-8')
    response.setHeader('X-Content-Type-Options', 'nosniff')
    response.setHeader('Content-Length', Buffer.byteLength(body))
    // The error handler may still be running. When it finds the head sent, Express closes the
    // connection, which must not serve another request by then.
    if (this.#replaced) response.setHeader('Connection', 'close')
    Reflect.apply(this.#ways.writeHead, response, [500])
    Reflect.apply(this.#ways.write, response, [body, 'utf8'])
    // Node sends no head with a body that it drops, as in a response to HEAD.
    Reflect.apply(this.#ways.flushHeaders, response, [])
  }

  /** Ends a response that was replaced here: its body is complete. */
  #end(parameters: readonly unknown[]): void {
    const done = parameters.find((one) => typeof one === 'function')
    Reflect.apply(this.#ways.end, this.response, done ? [done] : [])
  }
}

/** Discards a write, and calls its callback as if it were written, so that streams end as usual. */
function drop(parameters: readonly unknown[]): void {
  const done = parameters.find((one): one is () => void => typeof one === 'function')
  if (done) process.nextTick(done)
}

/**
 * Returns the text of a `write` or `end`. Bytes become one character each, so only plain ASCII can
 * be recognized.
 */
function textOf([chunk]: readonly unknown[]): string {
  if (typeof chunk === 'string') return chunk
  return chunk instanceof Uint8Array
    ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')
    : ''
}

/**
 * Returns whether a body is exactly the list of methods in the header `Allow`. Frameworks respond
 * to OPTIONS with it if no handler does.
 */
export function isAllowList(response: ServerResponse, body: string): boolean {
  const { allow } = response.getHeaders()
  if (body !== allow) return false
  // Importing this module, which is large, would be most of the time that loading a policy file takes to start.
  const { METHODS } = process.getBuiltinModule('node:http')
  return body.split(',').every((method) => METHODS.includes(method.trim()))
}
