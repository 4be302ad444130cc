import { invalidArgument } from '@arcturus/core/internal/typeorm'
import type { SqlDialect } from '@arcturus/sql'
import { And, Equal, type FindOperator, type FindOptionsWhere, InstanceChecker, type ObjectLiteral, Raw } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { misplacedFilter } from '../errors.js'
import { quoted } from '../schema/dialect.js'
import { columnsOf, relationsOf } from '../schema/entities.js'
import { pathOf } from '../schema/tables.js'
import { assertAlias } from './alias.js'
import type { ParameterNames } from './parameters.js'
import { carrierOfFilter, partOfFilter, withMemory } from './parts.js'
import type { PrintedFilter } from './printedFilter.js'

/** The entity, dialect and parameter names of a guarded `where`. */
export interface Guarded {
  readonly entity: EntityMetadata
  readonly dialect: SqlDialect
  readonly names: ParameterNames
}

type Where = FindOptionsWhere<ObjectLiteral>

/**
 * Returns a caller's `where` with the filter added to each alternative. One column without a
 * condition of the caller, the carrier, holds the filter.
 *
 * The other columns and the references to other rows require a parameter that only the carrier
 * binds. If a caller replaces the carrier (`{ ...where, id: 1 }`), the query finds nothing or fails
 * as SQL. If the caller has conditions on all of these, they are combined with the requirement.
 *
 * In a query for another entity, TypeORM rejects the columns that this entity does not have.
 * Watched queries of the data source detect the rest.
 */
export function guardedWhere(own: unknown, filter: PrintedFilter, guarded: Guarded): Where | Where[] {
  // TypeORM treats an empty list as no condition.
  const where =
    Array.isArray(own) && own.length > 0
      ? own.map((one) => guardedAlternative(one, filter, guarded))
      : guardedAlternative(Array.isArray(own) ? {} : (own ?? {}), filter, guarded)
  return refusingAsArguments(where)
}

/**
 * Makes `find(where)` throw. The caller meant `find({ where })`: TypeORM would ignore the unknown
 * option names and find every row.
 */
function refusingAsArguments<Condition extends Where | Where[]>(condition: Condition): Condition {
  if ('where' in condition) return condition
  const get = (): never => {
    throw invalidArgument('The `where` of authorizedFilter is used in place of find options.', {
      hint: 'use find(authorizedFilter(user, Entity)) or findBy(authorizedFilter(user, Entity).where)',
    })
  }
  // Not enumerable, so that code that lists the conditions does not trigger it.
  return Object.defineProperty(condition, 'where', { get })
}

function guardedAlternative(own: unknown, filter: PrintedFilter, guarded: Guarded): Where {
  if (typeof own !== 'object' || own === null || Array.isArray(own)) {
    throw invalidArgument('`where` must be an object or a list of objects.', { data: { where: own } })
  }
  const { entity, names } = guarded
  const carrier = carriersOf(entity).find(({ propertyName }) => !(propertyName in own))
  if (!carrier) {
    throw invalidArgument(
      `This \`where\` has a condition on every column of ${entity.name}; the filter needs a column of its own.`,
      { hint: 'use authorizedQuery(user, action, entity).andWhere(…)' },
    )
  }
  const witness = names.next()
  const parameters = { ...filter.parameters, [witness]: 1 }
  const carried = carrierOfFilter(
    Raw((path) => conditionFor(path, carrier, filter, guarded), parameters),
    entity,
    (path) => ({
      sql: conditionFor(path, carrier, filter.ofAll, guarded),
      joins: filter.ofAll.joinsOf(quoted(guarded.dialect, path.slice(0, path.lastIndexOf(`.${carrier.propertyPath}`)))),
      parameters: filter.ofAll.parameters,
    }),
  )
  const demand = partOfFilter(
    Raw(() => `:${witness} = 1`),
    entity,
  )
  const demanders = demandersOf(entity)
  const free = demanders.filter((name) => !(name in own))
  const isCarrierAlone = free.every((name) => name === carrier.propertyName)
  const conditions = Object.entries(bracketed(own)).map(([name, value]: [string, unknown]) => [
    name,
    isCarrierAlone && demanders.includes(name) ? together(value, demand) : value,
  ])
  const where = [...free.map((name) => [name, demand]), ...conditions, [carrier.propertyName, carried]]
  return withMemory(Object.fromEntries(where), carried)
}

/**
 * Returns a caller's condition combined with the required parameter. Rows and nil stay unchanged.
 */
function together(value: unknown, demand: FindOperator<unknown>): unknown {
  if (InstanceChecker.isFindOperator(value)) return And(value, demand)
  const isValue = value instanceof Date || (typeof value !== 'object' && value !== undefined)
  return isValue ? And(Equal(value), demand) : value
}

/**
 * Returns a condition whose raw SQL is in brackets, so that an OR in it can't escape. TypeORM adds
 * no brackets to raw SQL in the criteria of a write, but it does add them to the operands of `And`.
 * @param above the conditions around this one: rows used as keys can refer to each other
 */
function bracketed(condition: object, above: readonly object[] = []): object {
  if (InstanceChecker.isFindOperator(condition)) return condition.type === 'raw' ? And(condition) : condition
  if (Array.isArray(condition) || above.includes(condition)) return condition
  const changed = Object.entries(condition).flatMap(([name, value]: [string, unknown]) => {
    const own = typeof value === 'object' && value !== null ? bracketed(value, [...above, condition]) : value
    return own === value ? [] : [[name, own]]
  })
  return changed.length === 0 ? condition : { ...condition, ...Object.fromEntries(changed) }
}

/** Returns the columns that accept a condition of TypeORM, those of the key first. */
function carriersOf(entity: EntityMetadata): readonly ColumnMetadata[] {
  const plain = columnsOf(entity).filter(
    ({ isVirtualProperty, transformer, relationMetadata }) => !isVirtualProperty && !transformer && !relationMetadata,
  )
  return [...plain.filter(({ isPrimary }) => isPrimary), ...plain.filter(({ isPrimary }) => !isPrimary)]
}

/**
 * Returns the properties that accept a condition without a column: columns, and relations with join
 * columns that are not declared as properties.
 */
function demandersOf(entity: EntityMetadata): readonly string[] {
  const columns = columnsOf(entity).filter(({ isVirtualProperty, transformer }) => !isVirtualProperty && !transformer)
  const references = relationsOf(entity).filter(
    ({ isManyToOne, isOneToOneOwner, joinColumns }) =>
      (isManyToOne || isOneToOneOwner) && joinColumns.some(({ isVirtual }) => isVirtual),
  )
  return [...columns, ...references].map(({ propertyName }) => propertyName)
}

/**
 * Returns the SQL of the filter for the row that TypeORM's path names.
 * @param path TypeORM's name of the column: `Document.id` with the alias of the row in a `find`,
 * only the property in the criteria of a write, whose row has no alias
 * @throws UnresolvedFilterError if the path belongs to another entity
 */
function conditionFor(path: string, carrier: ColumnMetadata, filter: PrintedFilter, guarded: Guarded): string {
  const { entity, dialect } = guarded
  const property = carrier.propertyPath
  if (path === property) return ownCondition(filter, guarded)
  const alias = path.endsWith(`.${property}`) ? path.slice(0, -property.length - 1) : ''
  if (alias === '') {
    throw misplacedFilter(`A filter for "${entity.name}" is used in a query for "${path}".`, {
      hint: 'make the filter for the queried entity: authorizedFilter(user, entity)',
    })
  }
  assertAlias(alias)
  const row = quoted(dialect, alias)
  // TypeORM queries the entity itself by its name, and joins it under a longer one.
  return alias === entity.name ? filter.of(row) : `${isThere(row, guarded)} AND (${filter.of(row)})`
}

/**
 * Returns the SQL that there is a row. TypeORM joins the rows of a relation by an outer join, and a
 * condition such as `IS NOT TRUE` holds for the nulls in the place of a missing row.
 */
function isThere(row: string, { entity, dialect }: Guarded): string {
  const [key] = entity.primaryColumns
  // A view can lack a key.
  const columns = key ? [key] : columnsOf(entity).filter(({ isVirtualProperty }) => !isVirtualProperty)
  return `(${columns.map(({ databaseName }) => `${row}.${quoted(dialect, databaseName)} IS NOT NULL`).join(' OR ')})`
}

/**
 * Returns the SQL for a row without an alias: its key is among the keys of the filtered rows. The
 * key is qualified with the table, so that a write to another table fails as SQL. The filter's
 * columns can't be inlined, because a table in a subquery may have columns of the same names.
 */
function ownCondition(filter: PrintedFilter, { entity, dialect }: Guarded): string {
  const row = quoted(dialect, 'arc_own')
  const names = entity.primaryColumns.map(({ databaseName }) => quoted(dialect, databaseName))
  const keys = names.map((name) => `${quoted(dialect, entity.tableName)}.${name}`)
  const key = keys.length === 1 ? keys[0]! : `(${keys.join(', ')})`
  const own = names.map((name) => `${row}.${name}`).join(', ')
  const table = pathOf(entity)
    .map((part) => quoted(dialect, part))
    .join('.')
  const rows = `SELECT ${own} FROM ${table} ${row} WHERE ${filter.of(row)}`
  // MySQL rejects a subquery on the table being written, unless a derived table materializes it.
  return dialect === 'mysql'
    ? `${key} IN (SELECT * FROM (${rows}) ${quoted(dialect, 'arc_keys')})`
    : `${key} IN (${rows})`
}
