import type { ServerResponse } from 'node:http'

/** The four methods in which all ways to answer end, and what can be said before an answer. */
const ways = ['writeHead', 'write', 'end', 'flushHeaders', 'writeEarlyHints'] as const
type Way = (typeof ways)[number]

/** Under which names Node has them. */
export const names: readonly (readonly [name: string, way: Way])[] = [
  ...ways.map((way) => [way, way] as const),
  ['writeHeader', 'writeHead'],
]

/** They take what Node's overloads of them take, and hand that on as it came. */
export type Ways = Readonly<Record<Way, (...parameters: unknown[]) => unknown>>

/** Under which a response keeps who is asked. */
const asked = Symbol('arcturus.asked')

interface Response {
  [asked]?: Ways
}

/**
 * By each prototype of Node the methods that ask, and those that it had before. They know of no request; a response says whom to
 * ask, so concurrent requests share nothing else.
 */
const originals = new WeakMap<object, { readonly asking: readonly unknown[]; readonly ways: Ways }>()

/** Says who is asked about the answers of a response. */
export function held(response: ServerResponse, who: Ways): void {
  ;(response as Response)[asked] = who
}

/** Nobody is asked any more. */
export function release(response: ServerResponse): void {
  delete (response as Response)[asked]
}

/**
 * Has Node's methods ask, where they are: below them is nothing, and above them any framework may exchange prototypes of responses, as
 * each copy of Express does. Only methods of a prototype can be held without touching the response itself, which Node's own code pays
 * for at each step: a quarter of what a small answer costs.
 *
 * @returns the methods as they were; undefined where they are not what the response answers by: it has ways of its own, is asked about
 * already, or somebody has taken ours away.
 */
export function waysOf(response: ServerResponse): Ways | undefined {
  if (Object.hasOwn(response, asked)) return undefined
  let prototype: object = Object.getPrototypeOf(response)
  while (!Object.hasOwn(prototype, 'writeHead')) prototype = Object.getPrototypeOf(prototype)
  const { asking, ways } = originals.get(prototype) ?? ask(prototype)
  return names.every(([name], at) => Reflect.get(response, name) === asking[at]) ? ways : undefined
}

function ask(prototype: object) {
  // Sound: what has `writeHead` is Node's response, or something in its place.
  const { writeHead, write, end, flushHeaders, writeEarlyHints } = prototype as Ways
  const ways: Ways = { writeHead, write, end, flushHeaders, writeEarlyHints }
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
