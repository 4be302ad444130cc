/** A value that may follow any of the iteration protocols. */
interface Protocols {
  readonly next?: unknown
  readonly [Symbol.iterator]?: unknown
  readonly [Symbol.asyncIterator]?: unknown
}

/**
 * Returns an iterator over a value: the value itself if it is an iterator, else by the asynchronous
 * protocol, else by the synchronous one. Returns undefined if it follows none of them.
 */
export function iteratorOf(value: unknown): Iterator<unknown> | AsyncIterator<unknown> | undefined {
  if (value === null || value === undefined) return undefined
  // Sound: any value may follow a protocol.
  const object = value as Protocols
  const synchronous = object[Symbol.iterator]
  // Sound: the protocols define the results of such functions.
  if (typeof object.next === 'function' && typeof synchronous === 'function') {
    return Reflect.apply(synchronous, value, []) as Iterator<unknown>
  }
  const asynchronous = object[Symbol.asyncIterator]
  if (typeof asynchronous === 'function') return Reflect.apply(asynchronous, value, []) as AsyncIterator<unknown>
  return typeof synchronous === 'function' ? (Reflect.apply(synchronous, value, []) as Iterator<unknown>) : undefined
}
