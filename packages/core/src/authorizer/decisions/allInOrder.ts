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
