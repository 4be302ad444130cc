import type { Computed } from './computed.js'
import type { Range } from './numbers.js'
import type { ColumnFilter, ColumnTest, Order } from './test.js'

/** The values that a column can hold, in their order, each with its place. */
export interface Values {
  readonly range: Range
  /** Returns the value at a place; zero is at 0. */
  readonly at: (place: bigint) => number | bigint
  /**
   * Returns the form in which the value at a place is sent to the database.
   * @throws UnsupportedFilterError for a value that can't be sent
   */
  readonly send: (place: bigint) => unknown
  /** The filter that numbers pass and NaN does not, if the column can hold NaN. */
  readonly isNumber: ColumnFilter | undefined
}

export function wholeValues(range: Range): Values {
  return { range, at: (place) => place, send: Number, isNumber: undefined }
}

/** Returns all doubles. The infinities have the first place and the last. */
export function doubleValues(send: (value: number) => unknown, isNumber: ColumnFilter | undefined): Values {
  return { range: { from: -infinity, to: infinity }, at: doubleAt, send: (place) => send(doubleAt(place)), isNumber }
}

const bits = new DataView(new ArrayBuffer(8))

/** Doubles above zero are ordered like their bits. */
function doubleAt(place: bigint): number {
  bits.setBigInt64(0, place < 0n ? -place : place)
  const value = bits.getFloat64(0)
  return place < 0n ? -value : value
}

const infinity = 0x7ff0000000000000n

/** A range of places, without its end. */
type Stretch = readonly [start: bigint, end: bigint]

/**
 * Returns the test for the values of a column whose computed result passes a comparison.
 * @returns undefined if the result is not a number at an end of a stretch: then it may not be one
 * inside either
 */
export function computedTest(
  computed: Computed,
  operator: '=' | Order,
  limit: number | bigint,
  values: Values,
): ColumnTest | undefined {
  const passed: Stretch[] = []
  for (const piece of piecesOf(values.range, computed.breaks)) {
    const found = passing((place) => computed.of(values.at(place)), operator, limit, piece)
    if (!found) return undefined
    if (found[0] < found[1]) passed.push(found)
  }
  const { from, to } = values.range
  const merged: Stretch[] = []
  for (const [start, end] of passed) {
    const last = merged.at(-1)
    if (last && last[1] === start) merged[merged.length - 1] = [last[0], end]
    else merged.push([start, end])
  }
  const edges = [from, ...merged.flat(), to + 1n]
  const others = edges.flatMap((edge, at): Stretch[] =>
    at % 2 === 0 && edge < edges[at + 1]! ? [[edge, edges[at + 1]!]] : [],
  )
  if (merged.length === 0) return 'never'
  if (others.length === 0 && !values.isNumber) return 'always'
  const noNumber = values.isNumber ? [{ not: values.isNumber }] : []
  return {
    yes: merged.map((one) => filterOf(one, values)),
    no: [...others.map((one) => filterOf(one, values)), ...noNumber],
  }
}

/** Returns stretches in which the computed result only grows, or only shrinks. */
function piecesOf({ from, to }: Range, breaks: boolean): readonly Stretch[] {
  const inner = from === -infinity ? [from + 1n, to] : []
  const edges = [from, ...inner, ...(breaks ? [0n, 1n] : []), to + 1n].sort((a, b) => (a < b ? -1 : 1))
  return edges.slice(1).map((end, at): Stretch => [edges[at]!, end])
}

/** Returns the part of a stretch that passes, which is one stretch again. */
function passing(
  of: (place: bigint) => number | bigint,
  operator: '=' | Order,
  limit: number | bigint,
  [start, end]: Stretch,
): Stretch | undefined {
  const isAlone = end - start === 1n
  const ends = [of(start), of(end - 1n)] as const
  if (!isAlone && ends.some((one) => Number.isNaN(Number(one)))) return undefined
  const grows = ends[0] <= ends[1]
  /** Returns the first place at which the computed result is past a limit. */
  const first = (isPast: (result: number | bigint) => boolean): bigint => {
    let low = start
    let high = end
    while (low < high) {
      const middle = (low + high) >> 1n
      if (isPast(of(middle))) high = middle
      else low = middle + 1n
    }
    return low
  }
  if (isAlone && Number.isNaN(Number(ends[0]))) return [start, start]
  // The values below the limit, at it and above it are three consecutive stretches.
  const reaches = first((result) => (grows ? result >= limit : result <= limit))
  const passes = first((result) => (grows ? result > limit : result < limit))
  switch (operator) {
    case '=':
      return [reaches, passes]
    case '<':
      return grows ? [start, reaches] : [passes, end]
    case '<=':
      return grows ? [start, passes] : [reaches, end]
    case '>':
      return grows ? [passes, end] : [start, reaches]
    case '>=':
      return grows ? [reaches, end] : [start, passes]
  }
}

function filterOf([start, end]: Stretch, { range, send, isNumber }: Values): ColumnFilter {
  if (end - start === 1n) return { equals: send(start) }
  return {
    ...(start > range.from && { gte: send(start) }),
    ...(end <= range.to ? { lt: send(end) } : isNumber),
  }
}
