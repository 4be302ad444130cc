/**
 * Handles the rejection of a promise that was read and that nobody awaits: an unhandled rejection
 * ends a Node process. Other thenables are left alone, since some start their work only when `then`
 * is called.
 */
export function abandon(value: unknown): void {
  if (value instanceof Promise) value.then(undefined, ignore)
}

function ignore(): void {}
