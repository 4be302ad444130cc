import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm'

export type Builder = SelectQueryBuilder<ObjectLiteral>
export type ExpressionMap = Builder['expressionMap']
export type Join = ExpressionMap['joinAttributes'][number]

/** A filter of a statement that reads all rows. */
export interface FilterOfAll {
  readonly sql: string
  /** The joins behind the statement's own. */
  readonly joins: string
  readonly parameters: Readonly<Record<string, unknown>>
}

/** Facts about a builder beside its own state. */
export interface Notes {
  /** The conditions of filters, each with the alias of its rows. */
  readonly filters: Map<string, string>
  /**
   * The conditions that select the rows of a `where`. The others only prove that such a condition
   * is beside them.
   */
  readonly carriers: Set<string>
  /** The same conditions for a count. */
  readonly counted: Map<string, () => FilterOfAll>
  /** The alias of the rows of an authorized query. */
  guarded: string | undefined
  /** A caller's SQL that escapes its brackets. */
  loose: string | undefined
  /** The number of filters put into conditions. */
  placed: number
  /** Whether a query reads a table without the rows that its user may not read. */
  narrows: ((tablePath: string) => boolean) | undefined
  /** Whether the package itself sends the query. */
  isOwn: boolean
}

const notes = new WeakMap<object, Notes>()

/** Returns the notes of a builder. A builder of brackets shares those of the query around it. */
export function notesOf(builder: object): Notes {
  const parent: unknown = Reflect.get(builder, 'parentQueryBuilder')
  const map = Reflect.get(builder, 'expressionMap') as ExpressionMap
  if (typeof parent === 'object' && parent !== null && !map.subQuery) return notesOf(parent)
  const known = notes.get(builder) ?? {
    filters: new Map(),
    counted: new Map(),
    carriers: new Set(),
    guarded: undefined,
    loose: undefined,
    placed: 0,
    narrows: undefined,
    isOwn: false,
  }
  notes.set(builder, known)
  return known
}

/** Copies the notes to a clone, which has the same conditions. */
export function copyNotes(from: object, to: object): void {
  const known = notes.get(from)
  if (!known) return
  const { filters, counted, carriers } = known
  notes.set(to, { ...known, filters: new Map(filters), counted: new Map(counted), carriers: new Set(carriers) })
}

/** Marks a builder as one of the package itself. */
export function own<Own extends object>(builder: Own): Own {
  notesOf(builder).isOwn = true
  return builder
}
