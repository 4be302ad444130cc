/** Returns whether a value has to be awaited; a query of an ORM counts as a promise. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== 'object' || value === null) return false
  // Sound: any object may have a property of that name.
  return typeof (value as { readonly then?: unknown }).then === 'function'
}

/**
 * Handles the rejection of a promise that was read and that nobody awaits: an unhandled rejection
 * ends a Node process. Other thenables are left alone, since some start their work only when `then`
 * is called.
 */
export function abandon(value: unknown): void {
  if (value instanceof Promise) value.then(undefined, ignore)
}

function ignore(): void {}
