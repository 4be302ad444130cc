/**
 * Runs a handler with the authorization attached to its request. If a handler calls another one
 * with its own request, its own authorization is restored afterwards.
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
    // The outermost authorization stays for the body that its handler streams.
    if (outer) Object.defineProperty(request, 'authorization', outer)
  }
}
