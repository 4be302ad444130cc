import type { ServerResponse } from 'node:http'

/** The four methods in which all ways to answer end. */
const ways = ['writeHead', 'write', 'end', 'flushHeaders'] as const
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

/** Layers by the prototype that they lie on. They know of no request; a response says whom to ask. */
const layers = new WeakMap<object, object>()
const marks = new WeakMap<object, Ways>()

/**
 * Whether a response has ways to answer of its own, or is asked about already. Only methods of a prototype can be held without
 * touching the response itself, which Node's own code pays for at each step: a quarter of what a small answer costs.
 */
export function isTouched(response: ServerResponse): boolean {
  return Object.hasOwn(response, asked) || names.some(([name]) => Object.hasOwn(response, name))
}

/** Says who is asked about the answers of a response. */
export function held(response: ServerResponse, who: Ways): void {
  ;(response as Response)[asked] = who
}

/** Nobody is asked any more. */
export function release(response: ServerResponse): void {
  delete (response as Response)[asked]
}

/**
 * Puts a layer over Node's methods: right below them in the chain of prototypes, where no framework that exchanges prototypes of
 * responses, as Express does for applications in applications, takes it away.
 *
 * @returns the methods below the layer.
 */
export function layerOf(response: ServerResponse): Ways {
  let at: object = response
  let above: object = Object.getPrototypeOf(at)
  while (!Object.hasOwn(above, 'writeHead')) {
    at = above
    above = Object.getPrototypeOf(at)
  }
  const known = marks.get(above)
  if (known) return known
  let layer = layers.get(above)
  if (!layer) {
    layer = layerOver(above)
    layers.set(above, layer)
    // Sound: what has `writeHead` is Node's response, or something in its place.
    marks.set(layer, above as Ways)
  }
  Object.setPrototypeOf(at, layer)
  return above as Ways
}

function layerOver(prototype: object): object {
  const layer: object = Object.create(prototype)
  for (const [name, way] of names) {
    Object.defineProperty(layer, name, {
      value(this: Response, ...parameters: unknown[]): unknown {
        // Sound: `held` alone puts something there.
        const who = Reflect.get(this, asked) as Ways | undefined
        if (who) return who[way](...parameters)
        // Read at each call, for others may exchange Node's methods as well.
        return Reflect.apply(Reflect.get(prototype, name) as Ways[Way], this, parameters)
      },
      writable: true,
      configurable: true,
    })
  }
  return layer
}
