import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm'

export type Builder = SelectQueryBuilder<ObjectLiteral>
export type ExpressionMap = Builder['expressionMap']
export type Join = ExpressionMap['joinAttributes'][number]

/** What is known of a builder beside its own state. */
export interface Notes {
  /** Conditions that are a filter's, and the alias of the rows that they are for. */
  readonly filters: Map<string, string>
  /** Those of them that decide which rows a `where` leaves; others only prove that such a one is beside them. */
  readonly carriers: Set<string>
  /** The alias of the rows that an authorized query is for. */
  guarded: string | undefined
  /** SQL of the caller that does not stay within its brackets. */
  loose: string | undefined
  /** How often a filter was put into a condition. */
  placed: number
}

const notes = new WeakMap<object, Notes>()

/** The notes of a builder; those of a builder of brackets are of the query that the brackets are for. */
export function notesOf(builder: object): Notes {
  const parent: unknown = Reflect.get(builder, 'parentQueryBuilder')
  const map = Reflect.get(builder, 'expressionMap') as ExpressionMap
  if (typeof parent === 'object' && parent !== null && !map.subQuery) return notesOf(parent)
  const known = notes.get(builder) ?? {
    filters: new Map(),
    carriers: new Set(),
    guarded: undefined,
    loose: undefined,
    placed: 0,
  }
  notes.set(builder, known)
  return known
}

/** A clone of a builder has the same conditions. */
export function copyNotes(from: object, to: object): void {
  const known = notes.get(from)
  if (known) notes.set(to, { ...known, filters: new Map(known.filters), carriers: new Set(known.carriers) })
}
