import { METHODS, type OutgoingHttpHeaders, type ServerResponse } from 'node:http'
import { held, names, release, type Ways, waysOf } from './heldResponse.js'

/** What decides over answers, and what becomes of those that may not go out. */
export interface Holder {
  /** Whether an answer may be refused at all; if not, what it is is not looked at. */
  holds(): boolean
  /** The error to answer instead of an answer with this status; undefined lets it pass. */
  refusal(status: number): Error | undefined
  /**
   * Set for requests whose responses pass by what their body is: returns whether one with this whole body does, even if `refusal`
   * would refuse it. The head of such a response waits for its body.
   */
  readonly exempts?: ((body: string) => boolean) | undefined
  /** The head of an answer that passed is about to go out: the last moment to set a header. Called once. */
  sending?(): void
  /** The answer was given in one piece, so the application is done with it: an error handler may answer the error. */
  replace(error: Error): void
  /**
   * The answer is being written in pieces, or was itself given by an error handler: this body goes out with status 500. The response
   * ends when the application ends it, since a stream that writes to it takes an earlier end for an error.
   */
  body(error: Error): string
}

/**
 * Holds a response: nothing of a refused answer leaves, neither headers nor body.
 *
 * All of Node's ways to answer end in four methods, so send, json, render, redirect, sendFile and streams need no case of their
 * own. Headers that were set before the hold stay; those of the refused answer go.
 *
 * @returns what lets the response go again.
 */
export function hold(response: ServerResponse, holder: Holder): () => void {
  const through = waysOf(response)
  if (through) {
    held(response, new HeldAnswer(response, holder, through))
    return () => release(response)
  }
  // Other middleware has put methods of its own on the response, or it is held already: these are asked before those.
  const { writeHead, write, end, flushHeaders, writeEarlyHints } = response
  // Sound: each takes what Node's overloads of it take, and hands that on as it came.
  const ways = { writeHead, write, end, flushHeaders, writeEarlyHints } as unknown as Ways
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

/** The answer to one request, asked about before it goes out. */
class HeldAnswer implements Ways {
  readonly #response: ServerResponse
  readonly #holder: Holder
  /** What it answers by when it may. */
  readonly #ways: Ways
  readonly #before: OutgoingHttpHeaders
  #passed = false
  /** An error handler's turn: the next refused answer is answered here. */
  #replaced = false
  /** Answered here: what the application still writes goes nowhere. */
  #closed = false
  /** It passed by what its body is. */
  #exempted = false
  /** The head that waits for the body. */
  #head: readonly unknown[] | undefined
  /** Whether something is being handed on. */
  #handing = false
  /** Why what is being handed on was refused after all. */
  #refused: Error | undefined

  constructor(response: ServerResponse, holder: Holder, through: Ways) {
    this.#response = response
    this.#holder = holder
    this.#ways = through
    this.#before = response.getHeaders()
  }

  writeHead(...parameters: unknown[]): unknown {
    if (this.#waits) {
      this.#head = parameters
      return this.#response
    }
    const error = this.#refusal(Number(parameters[0]))
    if (error) this.#answerInstead(error)
    else if (!this.#closed) Reflect.apply(this.#ways.writeHead, this.#response, parameters)
    return this.#response
  }

  write(...parameters: unknown[]): unknown {
    if (this.#waits && textOf(parameters) === '') {
      drop(parameters)
      return true
    }
    const error = this.#refusal()
    if (error) this.#answerInstead(error)
    if (!this.#closed) return this.#handOn('write', parameters)
    drop(parameters)
    return true
  }

  end(...parameters: unknown[]): unknown {
    this.#exempted ||= this.#waits && this.#exempts(textOf(parameters))
    const error = this.#refusal()
    if (error && !this.#replaced) {
      this.#replaced = true
      this.#forget()
      drop(parameters)
      this.#holder.replace(error)
      return this.#response
    }
    if (error) this.#answerInstead(error)
    if (this.#closed) this.#end(parameters)
    else this.#handOn('end', parameters)
    return this.#response
  }

  flushHeaders(...parameters: unknown[]): unknown {
    if (this.#waits) return undefined
    const error = this.#refusal()
    if (error) this.#answerInstead(error)
    else if (!this.#closed) this.#handOn('flushHeaders', parameters)
    return undefined
  }

  /** Whether the response may pass by its body, so that nothing of it is sent before the body is known. */
  get #waits(): boolean {
    const { exempts } = this.#holder
    if (!exempts || this.#passed || this.#closed || this.#handing || this.#response.headersSent) return false
    return this.#holder.holds()
  }

  #exempts(body: string): boolean {
    return body === '' || this.#holder.exempts?.(body) === true
  }

  /** What is said before an answer can not be taken back: as long as the answer may be refused, nothing is. */
  writeEarlyHints(...parameters: unknown[]): unknown {
    if (!this.#closed && !this.#holder.holds())
      return Reflect.apply(this.#ways.writeEarlyHints, this.#response, parameters)
    drop(parameters)
    return undefined
  }

  /**
   * Hands on what passed. Node writes the head within, by whatever was put over `writeHead`, which may turn the answer into one that is
   * refused: that is thrown, so that Node does not go on to the body.
   */
  #handOn(way: 'write' | 'end' | 'flushHeaders', parameters: unknown[]): unknown {
    this.#handOnHead()
    if (!this.#holder.holds()) return Reflect.apply(this.#ways[way], this.#response, parameters)
    const outer = this.#handing
    this.#handing = true
    try {
      return Reflect.apply(this.#ways[way], this.#response, parameters)
    } catch (thrown) {
      if (!this.#refused) throw thrown
      if (!this.#closed) this.#answerInstead(this.#refused)
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
    if (head) Reflect.apply(this.#ways.writeHead, this.#response, head)
  }

  /**
   * @param status - That of the answer, where it is not the response's.
   * @throws the error where the answer is being handed on already.
   */
  #refusal(status: unknown = this.#head?.[0]): Error | undefined {
    if (this.#closed) return undefined
    const holds = this.#holder.holds()
    if (!holds && this.#passed) return undefined
    if (this.#response.headersSent || this.#response.destroyed) return undefined
    // As Node takes it: 2 ** 32 + 200 is answered as 200.
    const code = Number(status ?? this.#response.statusCode) | 0
    const error = holds && !this.#exempted ? this.#holder.refusal(code) : undefined
    if (!error && !this.#passed) {
      this.#passed = true
      this.#holder.sending?.()
    }
    if (error && this.#handing) {
      this.#refused = error
      throw error
    }
    return error
  }

  #forget(): void {
    const response = this.#response
    this.#head = undefined
    for (const name of response.getHeaderNames()) response.removeHeader(name)
    for (const [name, value] of Object.entries(this.#before)) if (value !== undefined) response.setHeader(name, value)
    // Takes the place of those that were added, which would follow an answer in pieces.
    response.addTrailers({})
    response.statusCode = 500
    response.statusMessage = ''
  }

  #answerInstead(error: Error): void {
    this.#forget()
    const response = this.#response
    const body = this.#holder.body(error)
    response.setHeader('Content-Type', 'text/plain; charset=utf-8')
    response.setHeader('X-Content-Type-Options', 'nosniff')
    response.setHeader('Content-Length', Buffer.byteLength(body))
    Reflect.apply(this.#ways.writeHead, response, [500])
    Reflect.apply(this.#ways.write, response, [body, 'utf8'])
    // Node sends no head with a body that it drops, as of a HEAD.
    Reflect.apply(this.#ways.flushHeaders, response, [])
    this.#closed = true
  }

  /** Ends a response that was answered here: its body is complete. */
  #end(parameters: readonly unknown[]): void {
    const done = parameters.find((one) => typeof one === 'function')
    Reflect.apply(this.#ways.end, this.#response, done ? [done] : [])
  }
}

/** What is dropped counts as written to whoever wrote it, so that streams run out as usual. */
function drop(parameters: readonly unknown[]): void {
  const done = parameters.find((one): one is () => void => typeof one === 'function')
  if (done) process.nextTick(done)
}

/** The text that `write` or `end` was given; of bytes one character each, so that only plain ASCII can be told. */
function textOf([chunk]: readonly unknown[]): string {
  if (typeof chunk === 'string') return chunk
  return chunk instanceof Uint8Array
    ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')
    : ''
}

/**
 * Returns whether a body is the list of methods by which frameworks answer OPTIONS if no handler takes it: that of the header
 * `Allow`, and nothing else.
 */
export function isAllowList(response: ServerResponse, body: string): boolean {
  const { allow } = response.getHeaders()
  return body === allow && body.split(',').every((method) => METHODS.includes(method.trim()))
}
