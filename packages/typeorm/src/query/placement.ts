import type { UnsupportedOperationError } from '@arcturus/core/internal/typeorm'
import { type FindManyOptions, InstanceChecker, type ObjectLiteral } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { misplacedFilter, unguardedOperation } from '../errors.js'
import { assertAlias } from '../filter/alias.js'
import type { PrintedFilter } from '../filter/printedFilter.js'
import { assertNoFilter, filtersIn, filtersOf, misplaced, type WhereFilter, withoutFilter } from '../filter/where.js'
import { wrap } from '../prototypes.js'
import { type Builder, copyNotes, notesOf, outermost } from '../rows/builders.js'
import { dataSourceOf, dialectOfBuilder, quoted } from '../schema/dialect.js'
import { isContained } from '../sql/containedText.js'
import { staysInPlace } from './callerSql.js'
import { assertOwnCache } from './keptResults.js'

const writes = ['insert', 'update', 'delete', 'softDelete', 'restore', 'relation'] as const

/**
 * Makes query builders apply the filters that a `where` carries, for reads and writes. The filter of the rows of a
 * query is a condition after all others (`extraAppendedAndWhereCondition`): no later `where` replaces it, no
 * alternative is beside it, and clones keep it.
 */
export function watchPlacement(builder: Builder): void {
  wrap(builder, 'clone', (own: Builder, clone: () => Builder) => {
    const copy = clone()
    copyNotes(own, copy)
    return copy
  })
  wrap(builder, 'setFindOptions', (_: Builder, set, options: FindManyOptions<ObjectLiteral>) => {
    const kept = [options.where].flat().flatMap(filtersIn)
    if (filtersIn(options).every((filter) => kept.includes(filter))) return set()
    throw misplacedFilter('A `where` replaced the filter of find options, or is used in place of them.', {
      hint: 'pass conditions as an argument: authorizedFilter(user, Entity, { where: { id } }), and a filter as find({ where: filter.where })',
    })
  })
  wrap(builder, 'getWhereInIdsCondition', (_: Builder, condition, ids: unknown) => {
    assertNoFilter(ids)
    return condition()
  })
  wrap(builder, 'getWherePredicateCondition', (own: Builder, condition, _path: string, value: unknown) => {
    assertNoFilter(value)
    const result = condition()
    // TypeORM returns SQL of the caller (`Raw`) as text, and joins the texts of all columns to one.
    if (typeof result === 'string' && !isContained(result, dialectOfBuilder(own)!))
      notesOf(outermost(own)).isLoose = true
    return result
  })
  wrap(builder, 'getWhereCondition', (own: Builder, condition, where: unknown) => {
    if (InstanceChecker.isBrackets(where)) return outsideNegation(own, where, condition)
    const filters = filtersOf(where)
    if (!filters) return condition()
    const [filter, ...others] = filters
    if (others.some((one) => one !== filter)) throw misplaced()
    place(outermost(own), filter!)
    const conditions = [where].flat().map(withoutFilter)
    // TypeORM rejects writes without criteria, which the filter is.
    if (conditions.some((one) => Object.keys(one).length === 0)) return '1 = 1'
    return condition(Array.isArray(where) ? conditions : conditions[0])
  })
  wrap(
    builder,
    'buildWhere',
    (own: Builder, build: Build, where: unknown, entity: EntityMetadata, alias: string, prefix?: string) => {
      const filters = filtersOf(where)
      if (!filters) return build()
      const conditions = [where].flat().map((one) => build(withoutFilter(one), entity, alias, prefix) || '1=1')
      const [filter] = filters
      filter!.assertFor(entity)
      const isRoot = alias === own.expressionMap.mainAlias?.name
      if (isRoot && filters.every((one) => one === filter)) {
        place(own, filter!)
        return `(${conditions.join(' OR ')})`
      }
      notesOf(own).placed = 'inside'
      const alternatives = conditions.map((condition, at) => {
        const one = filters[at]!
        own.setParameters({ ...one.filter.parameters })
        return `((${condition}) AND (${isRoot ? one.of(alias) : one.ofJoined(alias)}))`
      })
      return `(${alternatives.join(' OR ')})`
    },
  )
  // TypeORM reads a page with joins by two queries. In the second one, the keys that were found would replace the filter.
  wrap(builder, 'mergeExpressionMap', (own: Builder, merge, changes: Partial<Builder['expressionMap']>) => {
    const { extraAppendedAndWhereCondition: filter } = own.expressionMap
    const { extraAppendedAndWhereCondition: keys } = changes
    if (!filter || !keys || !notesOf(own).placed) return merge()
    return merge({ ...changes, extraAppendedAndWhereCondition: `${filter} AND (${keys})` })
  })
  wrap(builder, 'createJoinExpression', (own: Builder, joins: () => string) => joins() + (isCount(own) ? mark : ''))
  wrap(builder, 'getQuery', (own: Builder, sql: () => string) => (isCount(own) ? counting(own, sql()) : sql()))
  wrap(builder, 'createWhereExpression', (own: Builder, create) => {
    assertGuarding(own)
    return create()
  })
  for (const write of writes)
    wrap(builder, write, (own: Builder, become) => {
      if (notesOf(own).guarded === undefined) return become()
      throw unguardedOperation(`An authorized query cannot become a query of \`${write}\`.`, {
        hint: 'use repository.update(authorizedFilter(user, Entity, { action, where }).where, changes); the same for delete, softDelete and restore',
      })
    })
}

type Build = (...args: readonly unknown[]) => string

/** Applies the filter of a `where` to the rows of a query, or of a write. */
function place(builder: Builder, filter: WhereFilter): void {
  const { mainAlias, aliasNamePrefixingEnabled } = builder.expressionMap
  if (!mainAlias?.hasMetadata) throw misplaced()
  filter.assertFor(mainAlias.metadata)
  // The criteria of a write have no alias.
  if (!aliasNamePrefixingEnabled) restrict(builder, filter.ofWritten(), filter.filter)
  else restrictRows(builder, filter.filter)
}

/** Restricts a query to the filtered rows, whatever conditions come before or after. */
export function restrictRows(builder: Builder, filter: PrintedFilter): void {
  const { mainAlias } = builder.expressionMap
  assertAlias(mainAlias!.name)
  const alias = quoted(dialectOfBuilder(builder)!, mainAlias!.name)
  const condition = `(${filter.of(alias)})`
  restrict(builder, condition, filter)
  const notes = notesOf(builder)
  notes.guarded = mainAlias!.name
  notes.counted.set(condition, () => {
    const { ofAll } = filter
    return { sql: `(${ofAll.of(alias)})`, joins: ofAll.joinsOf(alias), parameters: ofAll.parameters }
  })
}

function restrict(builder: Builder, condition: string, { parameters }: PrintedFilter): void {
  const map = builder.expressionMap
  const earlier = map.extraAppendedAndWhereCondition
  map.extraAppendedAndWhereCondition = earlier ? `${earlier} AND ${condition}` : condition
  notesOf(builder).placed = 'outside'
  builder.setParameters({ ...parameters })
}

/** @throws UnresolvedFilterError if negated brackets contain a filter */
function outsideNegation<Result>(builder: Builder, brackets: object, condition: () => Result): Result {
  const { expressionMap: map } = outermost(builder)
  const before = map.extraAppendedAndWhereCondition
  const result = condition()
  if (InstanceChecker.isNotBrackets(brackets) && map.extraAppendedAndWhereCondition !== before) throw misplaced()
  return result
}

/**
 * @throws UnsupportedOperationError if something in a query with a filter bypasses it: SQL that escapes its place, a
 * table with the name of another, a shared result, or rows of another alias
 */
function assertGuarding(builder: Builder): void {
  const { expressionMap: map } = builder
  const { guarded, placed, isLoose } = notesOf(builder)
  if (!placed) return
  assertOwnCache(map.cacheId)
  if (isLoose || !staysInPlace(map, dialectOfBuilder(builder)!)) throw uncontained()
  const tables = new Set(dataSourceOf(builder).entityMetadatas.map(({ tableName }) => tableName.toLowerCase()))
  for (const { alias } of map.commonTableExpressions)
    if (tables.has(alias.toLowerCase()))
      throw unguardedOperation(
        `The common table expression "${alias}" has the name of a table, so the filter would read it instead.`,
        { hint: 'rename the common table expression' },
      )
  const name = map.mainAlias?.name
  if (guarded !== undefined && name !== guarded)
    throw unguardedOperation(`An authorized query for "${guarded}" cannot return rows of "${name}".`, {
      hint: 'replace `from` by authorizedQuery(user, action, Entity) for the other entity',
    })
  if (placed === 'inside' && map.wheres.some(({ type }) => type === 'or')) throw misplaced()
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

/** Returns the error for SQL that escapes its place in a query with a filter. */
export function uncontained(): UnsupportedOperationError {
  return unguardedOperation(
    'SQL of an authorized query contains a comment, a semicolon, an open quote, a backslash before a quote, or unbalanced brackets.',
    { hint: 'remove them, and pass values as parameters: where("d.title = :title", { title })' },
  )
}
