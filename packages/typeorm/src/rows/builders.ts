import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'

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
  /** The conditions of filters, and what they are in a count. */
  readonly counted: Map<string, () => FilterOfAll>
  /** The alias of the filtered rows. */
  guarded: string | undefined
  /** Whether the last filter is beside all conditions, or one of them; undefined without a filter. */
  placed: 'outside' | 'inside' | undefined
  /** Whether SQL of the caller in a condition of a column escapes its place. */
  isLoose: boolean
  /** Whether a query reads a table without the rows that its user may not read. */
  narrows: ((tablePath: string) => boolean) | undefined
  /** Whether the package itself sends the query. */
  isOwn: boolean
}

const notes = new WeakMap<object, Notes>()

/** Returns the query around builders of brackets. */
export function outermost<Of extends object>(builder: Of): Of {
  const parent = Reflect.get(builder, 'parentQueryBuilder') as Of | undefined
  const map = Reflect.get(builder, 'expressionMap') as ExpressionMap
  return parent && !map.subQuery ? outermost(parent) : builder
}

/** Returns the notes of a builder. */
export function notesOf(builder: object): Notes {
  const known = notes.get(builder) ?? {
    counted: new Map(),
    guarded: undefined,
    placed: undefined,
    isLoose: false,
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
  notes.set(to, { ...known, counted: new Map(known.counted) })
}

/** Returns the relations of which a query loads rows, keys or numbers by queries of their own. */
export function queriedRelations(builder: Builder): readonly RelationMetadata[] {
  const { relationIdAttributes } = builder.expressionMap
  // TypeORM 0.3 counts relations, too.
  const counted = (Reflect.get(builder.expressionMap, 'relationCountAttributes') ?? []) as typeof relationIdAttributes
  const queried = (Reflect.get(builder, 'relationMetadatas') ?? []) as readonly RelationMetadata[]
  return [...[...relationIdAttributes, ...counted].map(({ relation }) => relation), ...queried]
}

/** Marks a builder as one of the package itself. */
export function own<Own extends object>(builder: Own): Own {
  notesOf(builder).isOwn = true
  return builder
}
