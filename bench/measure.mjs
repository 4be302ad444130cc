import { measure as mitata } from 'mitata'

/** Operations faster than this are timed many at a time, for the clock's sake: nanoseconds. */
const timedSingly = 2_000
const batch = 256

export const median = (numbers) => {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The time of an operation on a busy machine: others only add to it. */
export const least = (numbers) => Math.min(...numbers)

/** Calls it until it is warm. @returns {Promise<number>} about how many nanoseconds a call takes */
async function warmUp(operation, milliseconds) {
  const start = performance.now()
  let calls = 0
  while (performance.now() - start < milliseconds) {
    for (let k = 0; k < 8; k++) {
      const result = operation()
      if (result instanceof Promise) await result
      calls++
      if (performance.now() - start > milliseconds * 4) break
    }
  }
  return ((performance.now() - start) * 1e6) / calls
}

/**
 * The median time of an operation.
 * @param {() => unknown} operation a promise is awaited, within the time
 * @param {{ warmUpMs: number, measureMs: number, minSamples: number }} effort
 * @returns {Promise<number>} nanoseconds
 */
export async function timeOf(operation, { warmUpMs, measureMs, minSamples }) {
  const estimate = await warmUp(operation, warmUpMs)
  const { p50 } = await mitata(operation, {
    min_cpu_time: measureMs * 1e6,
    min_samples: minSamples,
    batch_threshold: estimate < timedSingly ? Number.POSITIVE_INFINITY : 0,
    batch_samples: batch,
    batch_unroll: 1,
    warmup_threshold: Number.POSITIVE_INFINITY,
    heap: null,
  })
  return p50
}

/**
 * The times of several operations, measured in turn.
 * @param {readonly (readonly [name: string, operation: () => unknown])[]} operations
 */
export async function interleaved(operations, rounds, effort) {
  const times = operations.map(() => [])
  for (let round = 0; round < rounds; round++)
    for (const [index, [, operation]] of operations.entries()) times[index].push(await timeOf(operation, effort))
  return operations.map(([name], index) => ({
    name,
    nanoseconds: least(times[index]),
    spread: Math.max(...times[index]) / Math.min(...times[index]),
    rounds: times[index],
  }))
}
