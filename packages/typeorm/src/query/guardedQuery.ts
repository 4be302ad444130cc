import { invalidArgument } from '@arcturus/core/internal/typeorm'
import type { SqlDialect } from '@arcturus/sql'
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { unguardedOperation } from '../errors.js'
import { assertAlias } from '../filter/alias.js'
import type { ParameterNames } from '../filter/parameters.js'
import type { PrintedFilter } from '../filter/printedFilter.js'
import { type Builder, notesOf } from '../rows/builders.js'
import { quoted } from '../schema/dialect.js'
import { isWithinClause } from '../sql/containedText.js'
import { assertOwnCache } from './keptResults.js'
import { assertConditionsContained, uncontained } from './placement.js'
import { areContained, isJoinContained } from './wholeJoins.js'

/**
 * Returns the entity whose rows a query selects.
 * @throws ArgumentError if the value is not a query for the rows of an entity
 * @throws UnsupportedOperationError if the query writes or is a builder of brackets
 */
export function selectedEntity(query: unknown): EntityMetadata {
  const map = typeof query === 'object' && query !== null ? Reflect.get(query, 'expressionMap') : undefined
  if (typeof map !== 'object' || map === null) {
    throw invalidArgument('The first argument of applyAuthorization must be a query builder of TypeORM.', {
      data: { query },
    })
  }
  const { queryType, mainAlias, subQuery } = map as Builder['expressionMap']
  if (queryType !== 'select') {
    throw unguardedOperation(`A filter cannot be applied to a query builder of \`${queryType}\`.`, {
      hint: 'use repository.update(authorizedFilter(user, Entity, { action, where }).where, changes); the same for delete, softDelete and restore',
    })
  }
  // TypeORM uses only the conditions of a builder of brackets.
  if (Reflect.get(query as object, 'parentQueryBuilder') && !subQuery) {
    throw unguardedOperation('A filter cannot be applied to a builder of brackets.', {
      hint: 'apply it to the whole query: applyAuthorization(query, user, action)',
    })
  }
  if (!mainAlias?.hasMetadata) {
    throw invalidArgument('The query must select from an entity.', { hint: 'use repository.createQueryBuilder(alias)' })
  }
  return mainAlias.metadata
}

/** Adds filters to queries that select. */
export class QueryGuard {
  readonly #tables: ReadonlySet<string>
  /**
   * The prototypes of guarded instances by class of builder. They depend only on the class; the
   * filters are on the instances.
   */
  readonly #guarded = new WeakMap<object, object>()

  constructor(
    private readonly dialect: SqlDialect,
    private readonly names: ParameterNames,
    tables: readonly string[],
  ) {
    this.#tables = new Set(tables.map((name) => name.toLowerCase()))
  }

  /**
   * Restricts a query to the filtered rows, whatever conditions come before or after. TypeORM puts
   * this condition after all others, each in brackets of its own, and clones keep it.
   *
   * A filter with values also requires a parameter that is bound only together with them. Otherwise
   * SQLite would read missing parameters as null if a caller runs the SQL alone.
   */
  guard<Entity extends ObjectLiteral>(
    query: SelectQueryBuilder<Entity>,
    filter: PrintedFilter,
  ): SelectQueryBuilder<Entity> {
    const map = query.expressionMap
    assertOwnCache(map.cacheId)
    const { name } = map.mainAlias!
    assertAlias(name)
    for (const { alias } of map.commonTableExpressions) assertNoTable(alias, this.#tables)
    const hasValues = Object.keys(filter.parameters).length > 0
    const witness = hasValues ? this.names.next() : undefined
    const conditionOf = (of: PrintedFilter): string => {
      const filtered = of.of(quoted(this.dialect, name))
      return witness ? `${filtered} AND :${witness} = 1` : filtered
    }
    const condition = conditionOf(filter)
    const earlier = map.extraAppendedAndWhereCondition
    map.extraAppendedAndWhereCondition = earlier ? `${earlier} AND ${condition}` : condition
    const notes = notesOf(query)
    notes.filters.set(condition, name)
    notes.counted.set(condition, () => {
      const { ofAll } = filter
      return {
        sql: conditionOf(ofAll),
        joins: ofAll.joinsOf(quoted(this.dialect, name)),
        parameters: ofAll.parameters,
      }
    })
    notes.guarded = name
    if (witness) query.setParameters({ ...filter.parameters, [witness]: 1 })
    this.#refuse(query)
    return query
  }

  /**
   * Makes a query reject other query types. A write would be printed without the alias that the
   * filter uses, and a relation builder reads and writes all rows.
   */
  #refuse(query: Builder): void {
    const own: object = Object.getPrototypeOf(query)
    if (Object.hasOwn(own, guarded)) return
    let prototype = this.#guarded.get(own)
    if (!prototype) {
      prototype = refusing(query.constructor as BuilderClass, this.#tables, this.dialect)
      this.#guarded.set(own, prototype)
    }
    Object.setPrototypeOf(query, prototype)
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the arguments are TypeORM's own
type BuilderClass = new (...args: any[]) => Builder

const guarded = Symbol('guarded')
const others = ['insert', 'update', 'delete', 'softDelete', 'restore', 'relation'] as const

/**
 * Returns a prototype for instances of a class that reject other query types. TypeORM creates
 * clones by their constructor, so clones reject them too.
 */
function refusing(of: BuilderClass, tables: ReadonlySet<string>, dialect: SqlDialect): object {
  class Guarded extends of {
    override cache(kept: never, milliseconds?: number): this {
      assertOwnCache(kept)
      return super.cache(kept, milliseconds)
    }

    override addCommonTableExpression(...args: Parameters<Builder['addCommonTableExpression']>): this {
      assertNoTable(args[1], tables)
      return super.addCommonTableExpression(...args)
    }

    override getQuery(): string {
      for (const { alias } of this.expressionMap.commonTableExpressions) assertNoTable(alias, tables)
      assertContained(this, dialect)
      assertOwnRows(this)
      return super.getQuery()
    }

    /**
     * TypeORM reads a page with joins by two queries. In the second one, the condition on the found
     * keys would replace the filter.
     */
    override mergeExpressionMap(changes: Partial<Builder['expressionMap']>): this {
      const filter = this.expressionMap.extraAppendedAndWhereCondition
      const condition = changes.extraAppendedAndWhereCondition
      const both = filter && condition ? { extraAppendedAndWhereCondition: `${filter} AND (${condition})` } : {}
      return super.mergeExpressionMap({ ...changes, ...both })
    }
  }
  for (const other of others) {
    const refuse = (): never => {
      throw unguardedOperation(`An authorized query cannot become a query of \`${other}\`.`, {
        hint: 'use repository.update(authorizedFilter(user, Entity, { action, where }).where, changes); the same for delete, softDelete and restore',
      })
    }
    Object.defineProperty(Guarded.prototype, other, { value: refuse })
  }
  Object.defineProperty(Guarded.prototype, guarded, { value: true })
  return Guarded.prototype
}

/**
 * @throws UnsupportedOperationError if a query returns rows of another alias than that of its
 * filter
 */
function assertOwnRows(query: Builder): void {
  const { guarded } = notesOf(query)
  const name = query.expressionMap.mainAlias?.name
  if (guarded === undefined || name === guarded) return
  throw unguardedOperation(`An authorized query for "${guarded}" cannot return rows of "${name}".`, {
    hint: 'replace `from` by authorizedQuery(user, action, Entity) for the other entity',
  })
}

/**
 * @throws UnsupportedOperationError if SQL in a query can escape its place, and so bypass the
 * filter
 */
function assertContained(query: Builder, dialect: SqlDialect): void {
  const { expressionMap: map } = query
  assertConditionsContained(query)
  if (!map.joinAttributes.every((join) => isJoinContained(join, dialect))) throw uncontained('A join')
  const assertEach = (subject: string, texts: readonly string[]): void => {
    for (const text of texts) if (!/^\w+$/.test(text) && !isWithinClause(text, dialect)) throw uncontained(subject)
  }
  // TypeORM 0.3 has one index; later versions have several.
  if (map.useIndex !== undefined) assertEach('The name of an index', [map.useIndex].flat())
  for (const { selection } of map.selects) assertEach('A selection', [selection])
  assertEach('A selection', map.selectDistinctOn)
  assertEach('A group', map.groupBys)
  for (const { condition } of map.havings) assertEach('A condition of groups', [condition])
  assertEach('An order', Object.keys(map.orderBys))
  const tables = map.commonTableExpressions.map(({ queryBuilder }) => queryBuilder)
  if (
    !areContained(
      tables.filter((sql) => typeof sql === 'string'),
      dialect,
    )
  )
    throw uncontained('A common table expression')
  if (map.aliases.some(({ name }) => /["`[\]\\]/.test(name))) throw uncontained('An alias')
  if (map.comment?.includes('*/')) throw uncontained('The comment')
}

/**
 * @throws UnsupportedOperationError if a common table expression has the name of a table, so that a
 * filter would read it instead
 */
function assertNoTable(name: string, tables: ReadonlySet<string>): void {
  if (!tables.has(name.toLowerCase())) return
  throw unguardedOperation(
    `The common table expression "${name}" has the name of a table, so the filter would read it instead.`,
    { hint: 'rename the common table expression' },
  )
}
