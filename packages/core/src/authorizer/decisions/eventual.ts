import type { Wanted } from '../../schema/wanted.js'
import { isThenable } from '../../values/thenable.js'

/** A value, or a promise of it. */
export type Eventual<Value> = Value | Promise<Value>

/**
 * Calls `next` with a value, synchronously if the value is not a promise. A request with
 * synchronous decisions alone then awaits nothing. That matters because each promise costs more
 * while an asynchronous context is kept.
 */
export function after<Value, Next>(
  value: Value | PromiseLike<Value>,
  next: (value: Value) => Eventual<Next>,
): Eventual<Next> {
  // Sound: a value that is not pending is of type `Value`.
  return isThenable(value) ? Promise.resolve(value as PromiseLike<Value>).then(next) : next(value as Value)
}

/**
 * Returns the object's own promise of a relation. A relation without a loader stays undefined,
 * which is an error when the filter is bound.
 */
export function promised({ object, name }: Wanted): Promise<unknown> {
  return Promise.resolve((object as Readonly<Record<string, unknown>>)[name])
}

/**
 * Awaits promises as `Promise.all` does, but rejects with the error that is first in order, not in
 * time.
 */
export async function allInOrder<Value>(promises: readonly (Value | Promise<Value>)[]): Promise<Value[]> {
  const settled = await Promise.allSettled(promises)
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
}
