import type { Order, ValueTest } from './valueTest.js'

/** A change of the clocks from one offset from UTC to another. All in milliseconds. */
interface Turn {
  readonly at: number
  readonly before: number
  readonly after: number
}

/** Times that are further apart have the same order as wall-clock times and as instants. */
const near = 30 * 3_600_000

/**
 * Returns the test for wall-clock times of the process' time zone that are read as an instant in
 * the given order to `date`. Drivers write such a time without an offset, and read the first of its
 * two possible instants. When the clocks go back, the second one is never read. When they go
 * forward, a time that no clock shows is read as one after the change.
 * @returns undefined if the time can be compared directly
 */
export function wallClockTest(operator: Order | '=', date: Date): ValueTest | undefined {
  const time = date.getTime()
  const turn = turnNear(time)
  if (!turn) return undefined
  const { at, before, after } = turn
  const end = at + Math.abs(after - before)
  if (time < at || time >= end) return undefined
  if (after < before) {
    if (operator === '=') return { kind: 'never' }
    return { kind: 'is', operator: operator === '<' || operator === '<=' ? '<' : '>=', value: new Date(end) }
  }
  const within = (from: number, to: number): ValueTest => ({ kind: 'within', from: wallText(from), to: wallText(to) })
  // A time that is finer than milliseconds is read as the millisecond that contains it.
  const [own, next] = [time, time + 1]
  switch (operator) {
    case '=':
      return either(within(own + before, next + before), within(own + after, next + after))
    case '<':
    case '<=': {
      const limit = operator === '<' ? own : next
      return either({ kind: 'is', operator: '<', value: wallText(limit + before) }, within(at + after, limit + after))
    }
    case '>':
    case '>=': {
      const limit = operator === '>=' ? own : next
      return either(within(limit + before, at + after), { kind: 'is', operator: '>=', value: wallText(limit + after) })
    }
  }
}

function either(...of: readonly ValueTest[]): ValueTest {
  return { kind: 'any', of }
}

/** Returns a time as a wall clock shows it. The clocks of the zone may never show that time. */
function wallText(time: number): string {
  return new Date(time).toISOString().slice(0, -1).replace('T', ' ')
}

function turnNear(time: number): Turn | undefined {
  let [from, to] = [time - near, time + near]
  const [before, after] = [offsetAt(from), offsetAt(to)]
  if (before === after) return undefined
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2)
    if (offsetAt(middle) === before) from = middle
    else to = middle
  }
  return { at: to, before, after }
}

function offsetAt(time: number): number {
  return -new Date(time).getTimezoneOffset() * 60_000
}
