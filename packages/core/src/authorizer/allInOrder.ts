/** As `Promise.all`, but rejects with the error of the first in order, whichever comes first in time. */
export async function allInOrder<Value>(promises: readonly (Value | Promise<Value>)[]): Promise<Value[]> {
  const settled = await Promise.allSettled(promises)
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
}
