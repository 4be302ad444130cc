import { ArgumentError } from '@arcturus/core'
import type { SqlDialect } from '@arcturus/core/sql'
import { And, Equal, type FindOperator, type FindOptionsWhere, InstanceChecker, type ObjectLiteral, Raw } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { MisplacedFilterError } from '../errors.js'
import { quoted } from '../schema/dialect.js'
import { columnsOf, relationsOf } from '../schema/entities.js'
import { pathOf } from '../schema/tables.js'
import { assertAlias } from './alias.js'
import type { ParameterNames } from './parameters.js'
import { carrierOfFilter, partOfFilter, withMemory } from './parts.js'
import type { PrintedFilter } from './printedFilter.js'

/** What a `where` is made for. */
export interface Guarded {
  readonly entity: EntityMetadata
  readonly dialect: SqlDialect
  readonly names: ParameterNames
}

type Where = FindOptionsWhere<ObjectLiteral>

/**
 * A caller's `where` that the filter guards: each of its alternatives. One column, which the caller says nothing of, carries the
 * filter. The others, and references to other rows, demand a parameter that comes with it alone, so that a `where` in which somebody
 * replaces the carrier (`{ ...where, id: 1 }`) finds nothing, or is an error of SQL; where the caller speaks of all of them, the
 * caller's conditions do. Put into a query for another entity, they are an error of TypeORM where they name columns that it does not
 * have; queries of the data source see it of the rest.
 */
export function guardedWhere(own: unknown, filter: PrintedFilter, guarded: Guarded): Where | Where[] {
  // To TypeORM an empty list is no condition.
  const where =
    Array.isArray(own) && own.length > 0
      ? own.map((one) => guardedAlternative(one, filter, guarded))
      : guardedAlternative(Array.isArray(own) ? {} : (own ?? {}), filter, guarded)
  return refusingAsArguments(where)
}

/** `find(where)` is `find({ where })` without what it is about: TypeORM knows none of its names, and finds every row. */
function refusingAsArguments<Condition extends Where | Where[]>(condition: Condition): Condition {
  if ('where' in condition) return condition
  const get = (): never => {
    throw new ArgumentError(
      'invalid-argument',
      'The `where` of authorizedFilter stands in the place of its arguments.',
      {
        hint: 'find(authorizedFilter(user, Entity)), findBy(authorizedFilter(user, Entity).where)',
      },
    )
  }
  // Not enumerable, so that nobody meets it who reads conditions.
  return Object.defineProperty(condition, 'where', { get })
}

function guardedAlternative(own: unknown, filter: PrintedFilter, guarded: Guarded): Where {
  if (typeof own !== 'object' || own === null || Array.isArray(own)) {
    throw new ArgumentError('invalid-argument', 'A `where` is an object, or a list of objects.', {
      data: { where: own },
    })
  }
  const { entity, names } = guarded
  const carrier = carriersOf(entity).find(({ propertyName }) => !(propertyName in own))
  if (!carrier) {
    throw new ArgumentError(
      'invalid-argument',
      `This \`where\` has a condition for every column of ${entity.name}, and leaves none to the filter.`,
      { hint: 'use authorizedQuery(user, action, entity).andWhere(…)' },
    )
  }
  const witness = names.next()
  const parameters = { ...filter.parameters, [witness]: 1 }
  const carried = carrierOfFilter(
    Raw((path) => conditionFor(path, carrier, filter, guarded), parameters),
    entity,
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

/** A caller's condition of a column that demands the parameter, too; rows and nil are left as they are. */
function together(value: unknown, demand: FindOperator<unknown>): unknown {
  if (InstanceChecker.isFindOperator(value)) return And(value, demand)
  const isValue = value instanceof Date || (typeof value !== 'object' && value !== undefined)
  return isValue ? And(Equal(value), demand) : value
}

/**
 * A condition that an OR in a caller's SQL does not lead out of: TypeORM puts no brackets around SQL in the criteria of a write, but
 * does around what `And` joins.
 * @param above - what the condition is within: rows that stand for their keys can refer to each other
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

/** Columns that a condition of TypeORM can stand under; those of the key come first. */
function carriersOf(entity: EntityMetadata): readonly ColumnMetadata[] {
  const plain = columnsOf(entity).filter(
    ({ isVirtualProperty, transformer, relationMetadata }) => !isVirtualProperty && !transformer && !relationMetadata,
  )
  return [...plain.filter(({ isPrimary }) => isPrimary), ...plain.filter(({ isPrimary }) => !isPrimary)]
}

/** Names that a condition which reads no column can stand under: those of columns, and of relations that alone have theirs. */
function demandersOf(entity: EntityMetadata): readonly string[] {
  const columns = columnsOf(entity).filter(({ isVirtualProperty, transformer }) => !isVirtualProperty && !transformer)
  const references = relationsOf(entity).filter(
    ({ isManyToOne, isOneToOneOwner, joinColumns }) =>
      (isManyToOne || isOneToOneOwner) && joinColumns.some(({ isVirtual }) => isVirtual),
  )
  return [...columns, ...references].map(({ propertyName }) => propertyName)
}

/**
 * @param path - What TypeORM calls the column: `Document.id` in a `find`, by the alias of the row; the property alone where the
 * `where` is the criteria of a write, whose row has no alias.
 */
function conditionFor(path: string, carrier: ColumnMetadata, filter: PrintedFilter, guarded: Guarded): string {
  const { entity, dialect } = guarded
  const property = carrier.propertyPath
  if (path === property) return ownCondition(filter, guarded)
  const alias = path.endsWith(`.${property}`) ? path.slice(0, -property.length - 1) : ''
  if (alias === '') {
    throw new MisplacedFilterError('misplaced-filter', `A filter for ${entity.name} reached a query for "${path}".`, {
      hint: `make it for the entity that is queried: authorizedFilter(user, entity)`,
    })
  }
  assertAlias(alias)
  return filter.of(quoted(dialect, alias))
}

/**
 * For a row without an alias: its key is among those of the rows that the filter leaves, and it is said of which table, so that
 * writing to another one is an error of SQL. The columns of the filter can't be written beside it, because a table within a subquery
 * may have columns of the same names.
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
  // MySQL reads no table that it writes to, unless it has read it before.
  return dialect === 'mysql'
    ? `${key} IN (SELECT * FROM (${rows}) ${quoted(dialect, 'arc_keys')})`
    : `${key} IN (${rows})`
}
