import { invalidArgument, type UnresolvedFilterError } from '@arcturus/core/internal/typeorm'
import type { SqlDialect } from '@arcturus/sql'
import { type FindOperator, type FindOptionsWhere, InstanceChecker, type ObjectLiteral, Raw } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { misplacedFilter } from '../errors.js'
import { quoted } from '../schema/dialect.js'
import { columnsOf, relationsOf } from '../schema/entities.js'
import { pathOf } from '../schema/tables.js'
import { assertAlias } from './alias.js'
import type { PrintedFilter } from './printedFilter.js'

/** The entity and dialect of a guarded `where`. */
export interface Guarded {
  readonly entity: EntityMetadata
  readonly dialect: SqlDialect
}

type Where = FindOptionsWhere<ObjectLiteral>

/**
 * A filter that a `where` carries under a symbol, so that copies keep it: `{ ...where, id: 1 }`. Watched builders apply
 * it to the rows that the `where` is for.
 */
export class WhereFilter {
  readonly filter: PrintedFilter

  constructor(
    filter: PrintedFilter,
    private readonly guarded: Guarded,
  ) {
    this.filter = filter.ifBound
  }

  /** @throws UnresolvedFilterError if rows of another entity are queried: it could have all columns that the filter reads */
  assertFor({ name, tablePath }: EntityMetadata): void {
    const { entity } = this.guarded
    if (tablePath === entity.tablePath) return
    throw misplacedFilter(`A filter for "${entity.name}" is used in a query for "${name}".`, {
      hint: 'make the filter for the queried entity: authorizedFilter(user, entity)',
    })
  }

  /** Returns the condition of the rows of an alias. */
  of(alias: string): string {
    assertAlias(alias)
    return this.filter.of(quoted(this.guarded.dialect, alias))
  }

  /**
   * Returns the condition of the rows of a joined relation. TypeORM uses an outer join, and a condition such as
   * `IS NOT TRUE` holds for the nulls in the place of a missing row.
   */
  ofJoined(alias: string): string {
    const { entity, dialect } = this.guarded
    const [key] = entity.primaryColumns
    // A view can lack a key.
    const columns = key ? [key] : columnsOf(entity).filter(({ isVirtualProperty }) => !isVirtualProperty)
    const row = quoted(dialect, alias)
    const isThere = columns.map(({ databaseName }) => `${row}.${quoted(dialect, databaseName)} IS NOT NULL`)
    return `(${isThere.join(' OR ')}) AND (${this.of(alias)})`
  }

  /**
   * Returns the condition of rows without an alias: their key is among the keys of the filtered rows. The key is
   * qualified with the table, so that a write to another table fails as SQL. The filter's columns can't be inlined,
   * because a table in a subquery may have columns of the same names.
   */
  ofWritten(): string {
    const { entity, dialect } = this.guarded
    const row = quoted(dialect, 'arc_own')
    const names = entity.primaryColumns.map(({ databaseName }) => quoted(dialect, databaseName))
    const keys = names.map((name) => `${quoted(dialect, entity.tableName)}.${name}`)
    const key = keys.length === 1 ? keys[0]! : `(${keys.join(', ')})`
    const own = names.map((name) => `${row}.${name}`).join(', ')
    const table = pathOf(entity)
      .map((part) => quoted(dialect, part))
      .join('.')
    const rows = `SELECT ${own} FROM ${table} ${row} WHERE ${this.filter.of(row)}`
    // MySQL rejects a subquery on the table being written, unless a derived table materializes it.
    return dialect === 'mysql'
      ? `${key} IN (SELECT * FROM (${rows}) ${quoted(dialect, 'arc_keys')})`
      : `${key} IN (${rows})`
  }
}

/** The operators in a `where` that stand for its filter. */
const standIns = new WeakMap<object, WhereFilter>()

/**
 * Returns a caller's `where` with a filter for each alternative. The columns and references without a condition of the
 * caller have an operator that throws: builders that are not watched, and places that can't hold a filter, evaluate it.
 */
export function guardedWhere(own: unknown, filter: PrintedFilter, guarded: Guarded): Where | Where[] {
  const one = new WhereFilter(filter, guarded)
  const standIn = Raw(() => {
    throw misplaced()
  })
  standIns.set(standIn, one)
  const alternative = (where: unknown): Where => guardedAlternative(where, one, standIn, guarded.entity)
  // TypeORM treats an empty list as no condition.
  return Array.isArray(own) && own.length > 0
    ? own.map(alternative)
    : alternative(Array.isArray(own) ? {} : (own ?? {}))
}

function guardedAlternative(
  own: unknown,
  filter: WhereFilter,
  standIn: FindOperator<unknown>,
  entity: EntityMetadata,
): Where {
  if (typeof own !== 'object' || own === null || Array.isArray(own)) {
    throw invalidArgument('`where` must be an object or a list of objects.', { data: { where: own } })
  }
  const free = conditionable(entity).filter((name) => !(name in own))
  if (free.length === 0) {
    throw invalidArgument(
      `This \`where\` has a condition on every column of ${entity.name}; the filter needs a column of its own.`,
      { hint: 'use authorizedQuery(user, action, entity).andWhere(…)' },
    )
  }
  return { ...Object.fromEntries(free.map((name) => [name, standIn])), ...own, [Symbol('filter')]: filter }
}

/** Makes the promise of a `where` throw that is used without `await`: TypeORM finds no condition in a promise. */
export function refusingUnawaited<Result>(promise: Promise<Result>, entity: EntityMetadata): Promise<Result> {
  // If nobody awaits the promise, the query throws instead.
  promise.catch(() => {})
  const operator = Raw(() => {
    throw misplacedFilter('The promise of authorizedWhere is used as a `where`.', {
      hint: 'await it: where: await authorizedWhere(user, action, entity)',
    })
  })
  const [name] = conditionable(entity).filter((one) => !(one in promise))
  return name === undefined ? promise : Object.assign(promise, { [name]: operator })
}

/** Returns arguments of `find` that also carry the filters of their `where`. Copies with another `where` keep them. */
export function argumentsWithFilters(rest: object, where: Where | Where[]): object {
  const filters = filtersIn([where].flat()[0]).map((filter) => [Symbol('filter'), filter])
  return { ...rest, ...Object.fromEntries(filters), where }
}

/** Returns the filters that a `where` or the arguments of `find` carry. */
export function filtersIn(where: unknown): readonly WhereFilter[] {
  if (typeof where !== 'object' || where === null) return []
  // Rows have getters that load relations.
  const held = Reflect.ownKeys(where).map((name): unknown => Object.getOwnPropertyDescriptor(where, name)?.value)
  const filters = held.map((one) => standIns.get(one as object) ?? one)
  return [...new Set(filters)].filter((one): one is WhereFilter => one instanceof WhereFilter)
}

/** Copies the filters of criteria to what TypeORM made of them: objects without symbols. */
export function carryFilters(from: unknown, to: unknown): void {
  const [ones, others] = [[from].flat(), [to].flat()]
  for (const [at, one] of ones.entries())
    for (const filter of filtersIn(one)) Object.assign(others[at] as object, { [Symbol('filter')]: filter })
}

/**
 * Returns the filter of each alternative of a `where`; undefined if none has one.
 * @throws UnresolvedFilterError if only some have one, or one has several
 */
export function filtersOf(where: unknown): readonly WhereFilter[] | undefined {
  const filters = [where].flat().map(filtersIn)
  if (filters.every((one) => one.length === 0)) return undefined
  if (filters.every((one) => one.length === 1)) return filters.map(([one]) => one!)
  throw misplacedFilter('The alternatives of a `where` need one filter each.', {
    hint: 'pass all alternatives as an argument: authorizedFilter(user, Entity, { where: [{ … }, { … }] }); for two filters, use authorizedQuery twice: authorizedQuery(user, action, query)',
  })
}

/** Returns the caller's conditions in a `where`. */
export function withoutFilter(where: unknown): object {
  const own = Object.entries(where as object).filter(([, one]) => !standIns.has(one as object))
  return Object.fromEntries(own)
}

/** @throws UnresolvedFilterError if a value is or contains a `where` with a filter, in place of keys, rows or operands */
export function assertNoFilter(value: unknown): void {
  const held = InstanceChecker.isFindOperator(value) ? (value.child ?? value.value) : undefined
  if (held !== undefined) assertNoFilter(held)
  if (Array.isArray(value)) for (const one of value) assertNoFilter(one)
  if (filtersIn(value).length > 0) throw misplaced()
}

/** Returns the error for a filter in a place that can't hold one. */
export function misplaced(): UnresolvedFilterError {
  return misplacedFilter('A filter is used in a place where it cannot be applied.', {
    hint: 'use it as find options, as the `where` of a query for its entity or of a relation in find options, or as criteria of a write; pass other conditions as an argument: authorizedFilter(user, Entity, { where: { … } })',
  })
}

/** Returns the properties that accept a condition: columns, and references whose columns are no properties. */
function conditionable(entity: EntityMetadata): readonly string[] {
  const columns = columnsOf(entity).filter(({ isVirtualProperty, transformer }) => !isVirtualProperty && !transformer)
  const references = relationsOf(entity).filter(
    ({ isManyToOne, isOneToOneOwner, joinColumns }) =>
      (isManyToOne || isOneToOneOwner) && joinColumns.some(({ isVirtual }) => isVirtual),
  )
  return [...columns, ...references].map(({ propertyName }) => propertyName)
}
