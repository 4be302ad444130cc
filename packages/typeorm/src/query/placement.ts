import type { UnresolvedFilterError, UnsupportedOperationError } from '@arcturus/core/internal/typeorm'
import { type FindManyOptions, InstanceChecker, type ObjectLiteral } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { misplacedFilter, unguardedOperation } from '../errors.js'
import { hasFilter, ofAllIn, tableOfFilter } from '../filter/parts.js'
import { wrap } from '../prototypes.js'
import { type Builder, copyNotes, notesOf } from '../rows/builders.js'
import { dialectOfBuilder } from '../schema/dialect.js'
import { isWithinClause } from '../sql/containedText.js'
import { assertFiltersKept, assertInPlace, assertKeys, assertOptionsInPlace } from './keptFilters.js'
import { assertOwnCache } from './keptResults.js'
import { areContained } from './wholeJoins.js'

type Joins = readonly { readonly alias: string; readonly relationMetadata: { inverseEntityMetadata: EntityMetadata } }[]

/**
 * Makes query builders throw, for reads and writes, if a filter reached a place that it was not
 * made for. They also throw if other SQL in the query escapes the brackets that keep it beside the
 * filter.
 */
export function watchPlacement(builder: Builder): void {
  wrap(builder, 'clone', (own: Builder, clone: () => Builder) => {
    const copy = clone()
    copyNotes(own, copy)
    return copy
  })
  wrap(builder, 'setFindOptions', (own: Builder, set, options: FindManyOptions<ObjectLiteral>) => {
    assertOptionsInPlace(options, Reflect.get(own, 'findOptions'))
    return set()
  })
  wrap(builder, 'getWhereInIdsCondition', (_: Builder, condition, ids: unknown) => {
    assertKeys(ids)
    return condition()
  })
  wrap(builder, 'getWhereCondition', (own: Builder, condition, where: unknown) => {
    if (typeof where === 'object' && !InstanceChecker.isBrackets(where)) assertInPlace(where)
    const { placed } = notesOf(own)
    const result = condition()
    if (isNegation(where) && notesOf(own).placed > placed) throw negated()
    return result
  })
  wrap(builder, 'getWherePredicateCondition', (own: Builder, condition, path: string, value: unknown) => {
    const table = tableOfFilter(value)
    if (table === undefined) {
      if (isNegating(value) && hasFilter(value)) throw negated()
      return noteLoose(own, condition())
    }
    assertEntity(own, path, table)
    const sql = condition()
    const notes = notesOf(own)
    notes.placed++
    if (typeof sql === 'string') {
      notes.filters.set(sql, path.slice(0, path.indexOf('.')))
      const ofAll = ofAllIn(value)
      if (ofAll) {
        notes.carriers.add(sql)
        notes.counted.set(sql, () => ofAll(path))
      }
    }
    return sql
  })
  wrap(builder, 'createJoinExpression', (own: Builder, joins: () => string) => joins() + (isCount(own) ? mark : ''))
  wrap(builder, 'getQuery', (own: Builder, sql: () => string) => (isCount(own) ? counting(own, sql()) : sql()))
  wrap(builder, 'createWhereExpression', (own: Builder, create) => {
    const { filters, carriers } = notesOf(own)
    if (filters.size > 0) {
      assertConditionsContained(own)
      assertOwnCache(own.expressionMap.cacheId)
    }
    if (carriers.size > 0) {
      assertFiltersKept(own.expressionMap.wheres, carriers)
      assertChangesContained(own)
    }
    return create()
  })
}

/** Marks the place behind the joins of a count. TypeORM finds the name of a column before a blank. */
const mark = ' \u0003'

function isCount({ expressionMap: { selects } }: Builder): boolean {
  return selects.length === 1 && selects[0]!.aliasName === 'cnt'
}

/**
 * Returns the SQL of a count, in which its filter has the form for all rows. Several filters would join rows by the
 * same aliases, and behind several tables only the last one can be joined.
 */
function counting(query: Builder, sql: string): string {
  const [first, ...others] = notesOf(query).counted
  const [, another] = query.expressionMap.aliases.filter(({ type }) => type === 'from')
  if (!first || others.length > 0 || another) return sql.replace(mark, '')
  const [condition, ofAll] = first
  const { sql: ofCount, joins, parameters } = ofAll()
  query.setParameters({ ...parameters })
  return sql.replace(mark, () => joins).replaceAll(condition, () => ofCount)
}

/** @throws UnsupportedOperationError if a condition of a builder can escape its brackets */
export function assertConditionsContained(builder: Builder): void {
  const { loose } = notesOf(builder)
  const dialect = dialectOfBuilder(builder)
  if (loose === undefined && dialect && areContained(builder.expressionMap.wheres, dialect)) return
  throw uncontained('A condition')
}

/**
 * @throws UnsupportedOperationError if the SQL value of an updated column can escape its place, and
 * so bypass the filter
 */
function assertChangesContained(builder: Builder): void {
  const { mainAlias, valuesSet } = builder.expressionMap
  const dialect = dialectOfBuilder(builder)
  if (!mainAlias?.hasMetadata || !dialect || typeof valuesSet !== 'object' || Array.isArray(valuesSet)) return
  for (const column of mainAlias.metadata.columns) {
    const value: unknown = column.getEntityValue(valuesSet)
    if (typeof value === 'function' && !isWithinClause(String(value()), dialect)) throw uncontained('A change')
  }
}

/** Returns the error for SQL that escapes its place in a query with a filter. */
export function uncontained(subject: string): UnsupportedOperationError {
  return unguardedOperation(
    `${subject} of an authorized query contains a comment, a semicolon, an open quote, a backslash before a quote, or unbalanced brackets.`,
    { hint: 'remove them, and pass values as parameters: where("d.title = :title", { title })' },
  )
}

/**
 * Notes a condition that can escape its brackets. TypeORM returns a caller's SQL (`Raw`) as a
 * string, and `find` joins it with other conditions.
 */
function noteLoose<Condition>(builder: Builder, condition: Condition): Condition {
  const isUsed = typeof condition === 'string' || (typeof condition === 'object' && condition !== null)
  const dialect = dialectOfBuilder(builder)
  if (isUsed && dialect && !areContained(condition, dialect)) notesOf(builder).loose = JSON.stringify(condition)
  return condition
}

/**
 * Checks that a filter is used for its own entity. Another entity could have all columns that the
 * filter reads.
 */
function assertEntity(builder: Builder, path: string, table: string): void {
  const entity = entityOf(path.slice(0, path.indexOf('.')), builder)
  if (!entity || entity.tablePath === table) return
  throw misplacedFilter(`A filter for "${table}" is used in a query for "${path}".`, {
    hint: 'make the filter for the queried entity: authorizedFilter(user, entity)',
  })
}

/** Returns the entity of an alias in a query. A builder of brackets has only the main one. */
function entityOf(name: string, builder: Builder): EntityMetadata | undefined {
  const { aliases, mainAlias, aliasNamePrefixingEnabled } = builder.expressionMap
  if (!aliasNamePrefixingEnabled) return mainAlias?.hasMetadata ? mainAlias.metadata : undefined
  if (mainAlias?.name === name && mainAlias.hasMetadata) return mainAlias.metadata
  // A `find` keeps its own list of joins; search it first.
  const joins: Joins = Reflect.get(builder, 'joins') ?? []
  const join = joins.find(({ alias }) => alias === name)
  return join
    ? join.relationMetadata.inverseEntityMetadata
    : aliases.find((one) => one.name === name && one.hasMetadata)?.metadata
}

/** Returns whether an operator can negate its operand, or add alternatives to it. */
function isNegating(value: unknown): boolean {
  return InstanceChecker.isFindOperator(value) && value.type !== 'and'
}

function isNegation(where: unknown): boolean {
  return typeof where === 'object' && where !== null && Reflect.get(where, '@instanceof') === Symbol.for('NotBrackets')
}

function negated(): UnresolvedFilterError {
  return misplacedFilter('A filter must not be inside `Not`, `Or` or `NotBrackets`.', {
    hint: 'pass other conditions as an argument: authorizedFilter(user, Entity, { where: { … } })',
  })
}
