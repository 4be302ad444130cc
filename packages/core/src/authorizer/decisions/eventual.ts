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
