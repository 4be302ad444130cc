import type { ServerResponse } from 'node:http'

/**
 * The methods that all ways to respond go through: the four that send a response, and those that
 * send early hints and trailers.
 */
const ways = ['writeHead', 'write', 'end', 'flushHeaders', 'writeEarlyHints', 'addTrailers'] as const
type Way = (typeof ways)[number]

/** The names of these methods in Node. */
export const names: readonly (readonly [name: string, way: Way])[] = [
  ...ways.map((way) => [way, way] as const),
  ['writeHeader', 'writeHead'],
]

/** The methods accept the parameters of Node's overloads, and pass them on unchanged. */
export type Ways = Readonly<Record<Way, (...parameters: unknown[]) => unknown>>

/** The property in which a response keeps its holder's methods. */
const asked = Symbol('arcturus.asked')

interface Response {
  [asked]?: Ways
}

/**
 * The replacing methods by prototype of Node, and the original methods. They refer to no request: a
 * response refers to its own holder, so concurrent requests share nothing else.
 */
const originals = new WeakMap<object, { readonly asking: readonly unknown[]; readonly ways: Ways }>()

/** Sets the methods that handle the responses of a held response. */
export function held(response: ServerResponse, who: Ways): void {
  ;(response as Response)[asked] = who
}

/** Releases a response: Node's own methods handle it again. */
export function release(response: ServerResponse): void {
  delete (response as Response)[asked]
}

/**
 * Replaces the methods on Node's own prototype. No code is below that prototype, and any framework
 * may exchange prototypes of responses above it, as each copy of Express does. Only prototype
 * methods can be held without changing the response itself. Node's own code pays for such a change
 * at each step: a quarter of the cost of a small response.
 *
 * @returns The original methods. Undefined if the response does not use the replaced ones: it has
 * methods of its own, it is held already, or other code has restored the prototype.
 */
export function waysOf(response: ServerResponse): Ways | undefined {
  if (Object.hasOwn(response, asked)) return undefined
  // The last one is Node's own. The methods of a class above it call those, and would be asked twice.
  let prototype: object = response
  for (let one: object | null = response; one; one = Object.getPrototypeOf(one))
    if (Object.hasOwn(one, 'writeHead')) prototype = one
  const { asking, ways } = originals.get(prototype) ?? ask(prototype)
  return names.every(([name], at) => Reflect.get(response, name) === asking[at]) ? ways : undefined
}

function ask(prototype: object) {
  // Sound: a prototype with `writeHead` is that of Node's response, or a substitute for it.
  const { writeHead, write, end, flushHeaders, writeEarlyHints, addTrailers } = prototype as Ways
  const ways: Ways = { writeHead, write, end, flushHeaders, writeEarlyHints, addTrailers }
  const asking = names.map(([name, way]) => {
    const original = Reflect.get(prototype, name) as Ways[Way] | undefined
    if (!original) return undefined
    const value = function (this: Response, ...parameters: unknown[]): unknown {
      const who = this[asked]
      return who ? who[way](...parameters) : Reflect.apply(original, this, parameters)
    }
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true })
    return value
  })
  const known = { asking, ways }
  originals.set(prototype, known)
  return known
}
