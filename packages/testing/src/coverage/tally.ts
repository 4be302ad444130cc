import type { Policy } from '@arcturus/core'
import type { Schema } from '@arcturus/core/internal/testing'
import { collapsed } from '@arcturus/explain/internal/testing'
import { type Point, type PointKind, pointsOf } from './points.js'

/** What a test run can find out about a point. */
export type Outcome = 'true' | 'false' | 'asked'

/** A place in a file: `line` and `column` count from 1. */
export interface CoveredPlace {
  readonly line: number
  readonly column: number
}

/** A rule, a goal or an alternative, and how often it was decided. */
export interface CoveredPoint {
  readonly kind: PointKind
  /** Its text on one line. */
  readonly text: string
  readonly start: CoveredPlace
  readonly end: CoveredPlace
  /** How often it was true: for a rule, how often it applied. */
  true: number
  /** How often it was false. Always 0 for a rule. */
  false: number
  /** How often a list left it to the database. */
  asked: number
}

/** A file of a policy with its points, in the order of their places. */
export interface CoveredFile {
  /** The name with which it was loaded; `policy` if it has none. */
  readonly name: string
  readonly text: string
  readonly points: readonly CoveredPoint[]
}

/** The counts of one policy's files. */
export class Tally {
  readonly files: readonly CoveredFile[]
  readonly #counts = new Map<Point, CoveredPoint>()
  readonly points: readonly Point[]

  constructor(policy: Policy, schema: Pick<Schema, 'isName'>) {
    this.points = pointsOf(policy, schema)
    this.files = policy.sources.map((source) => {
      const own = this.points.filter(({ span }) => span.source === source)
      own.sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end)
      const points = own.map((point) => {
        const { kind, span } = point
        const [start, end] = [source.position(span.start), source.position(span.end)]
        const counted = { kind, text: collapsed(span), start, end, true: 0, false: 0, asked: 0 }
        this.#counts.set(point, counted)
        return counted
      })
      return { name: source.name ?? 'policy', text: source.text, points }
    })
  }

  /** Returns the counts of a point. */
  of(point: Point): CoveredPoint {
    // Sound: the constructor counts each of its points.
    return this.#counts.get(point)!
  }
}

/**
 * Adds the counts of files to others. Files are the same if their names and texts are. Their points can
 * differ, because a name is a variable for one authorizer and a constant of another.
 */
export function merged(all: Iterable<CoveredFile>): readonly CoveredFile[] {
  const found = new Map<string, CoveredFile>()
  for (const file of all) {
    const key = JSON.stringify([file.name, file.text])
    const known = found.get(key)
    if (!known) {
      found.set(key, { ...file, points: file.points.map((point) => ({ ...point })) })
      continue
    }
    const points = new Map(known.points.map((point) => [keyOf(point), point]))
    for (const other of file.points) {
      const point = points.get(keyOf(other))
      if (!point) {
        points.set(keyOf(other), { ...other })
        continue
      }
      point.true += other.true
      point.false += other.false
      point.asked += other.asked
    }
    found.set(key, { ...known, points: [...points.values()].sort(inOrder) })
  }
  return [...found.values()]
}

const keyOf = ({ kind, start, end }: CoveredPoint): string => JSON.stringify([kind, start, end])

function inOrder(a: CoveredPoint, b: CoveredPoint): number {
  const [first, last] = [a.start, b.start]
  return first.line - last.line || first.column - last.column || b.end.line - a.end.line || b.end.column - a.end.column
}
