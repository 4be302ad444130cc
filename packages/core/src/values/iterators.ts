import { entryOf } from './entryOf.js'

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

/** As `iteratorOf`; an iterator, which gives its elements only once, gives them to each reader. */
export function sharedIteratorOf(value: unknown): Iterator<unknown> | AsyncIterator<unknown> | undefined {
  const iterator = iteratorOf(value)
  return iterator === value && iterator ? replayed(iterator as Iterator<unknown>) : iterator
}

/** What iterators have given: each call of `next` returns it again, or throws it again. */
const given = new WeakMap<object, (() => IteratorResult<unknown>)[]>()

/** Returns an iterator over all elements of an iterator, which gives each only once. */
function replayed(from: Iterator<unknown>): Iterator<unknown> {
  const results = entryOf(given, from, () => [])
  let at = 0
  return {
    next() {
      if (at === results.length) results.push(resultOf(() => from.next()))
      return results[at++]!()
    },
    return(value?: unknown) {
      // Those of arrays, Maps and Sets stay open: they have nothing to release.
      if (!from.return) return { done: true, value }
      results.push(
        resultOf(() => {
          throw new TypeError('An iterator was closed before its other elements were read: use a list.')
        }),
      )
      return from.return(value)
    },
  }
}

function resultOf(ask: () => IteratorResult<unknown>): () => IteratorResult<unknown> {
  try {
    const result = ask()
    return () => result
  } catch (error) {
    return () => {
      throw error
    }
  }
}
