/**
 * Handles a request that has its authorization by then. A handler that calls another one with its own request finds its own
 * authorization there again.
 */
export async function attached<Result>(
  request: object,
  authorization: unknown,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  const outer = Object.getOwnPropertyDescriptor(request, 'authorization')
  Object.defineProperty(request, 'authorization', { value: authorization, configurable: true })
  try {
    return await work()
  } finally {
    // That of the outermost handler stays, for the body that it streams.
    if (outer) Object.defineProperty(request, 'authorization', outer)
  }
}
