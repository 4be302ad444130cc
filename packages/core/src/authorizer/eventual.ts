/** What is there at once, or has to be waited for. */
export type Eventual<Value> = Value | Promise<Value>

/** Whether a value has to be waited for; an ORM's query is one as well. */
export function isPending(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/**
 * Goes on with a value: at once where it is there. A request whose questions are all answered at once waits for nothing, which
 * matters where promises are counted: each costs more while an asynchronous context is kept.
 */
export function after<Value, Next>(
  value: Value | PromiseLike<Value>,
  next: (value: Value) => Eventual<Next>,
): Eventual<Next> {
  // Sound: what is no promise is the value.
  return isPending(value) ? Promise.resolve(value as PromiseLike<Value>).then(next) : next(value as Value)
}
