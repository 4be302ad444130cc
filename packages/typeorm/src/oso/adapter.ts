import { UnsupportedFilterError } from '@arcturus/core/internal/typeorm'
import type { Adapter, Filter } from '@arcturus/oso'
import { printSql } from '@arcturus/sql'
import { typeOrmDriver } from '../driver/driver.js'
import { typeOrmParameter } from '../driver/parameter.js'
import { isDescribed, type TypeOrmConnection } from './connection.js'
import { joinedQuery } from './joins.js'
import { RegisteredTables } from './tables.js'

/**
 * Returns an adapter for TypeORM's entities, for `oso.setDataFilteringAdapter`. Lists have exactly
 * the rows that checks allow. Each relation is an `EXISTS`, so no join multiplies rows. Rows are
 * compared by the primary key of their entity.
 *
 * A filter that was changed is run as it shows itself: as inner joins.
 * @param connection - a `DataSource`, or a `Connection` of earlier versions
 * @throws (when a list is asked for) Error `RuntimeError::DataFilteringUnsupportedOp` if the
 * database compares some values differently than a check does.
 * @example
 * import { typeOrmAdapter } from '@arcturus/typeorm/oso'
 *
 * oso.setDataFilteringAdapter(typeOrmAdapter(dataSource))
 * const documents = await oso.authorizedResources(user, 'read', Document)
 */
// biome-ignore lint/suspicious/noExplicitAny: the caller's `Oso` names the rows and the query, which are TypeORM's
export function typeOrmAdapter<Resource = any, Query = any>(connection: TypeOrmConnection): Adapter<Query, Resource> {
  return {
    // Sound: queries are those of `buildQuery`.
    executeQuery: (query) => (query as { getMany(): Promise<Resource[]> }).getMany(),
    buildQuery: (filter) => (exactQuery(connection, filter) ?? joinedQuery(connection, filter)) as Query,
  }
}

/** Returns the query of a filter's condition; undefined if only its joins are known. */
function exactQuery(connection: TypeOrmConnection, { model, types, conditionFor }: Filter): object | undefined {
  if (!conditionFor || !isDescribed(connection)) return undefined
  const driver = typeOrmDriver(connection)
  if (!driver) return undefined
  const tables = new RegisteredTables(connection, driver, types)
  const entity = tables.entity(model)
  if (!entity) return undefined
  const { dialect } = driver
  const parameters: Record<string, unknown> = {}
  const { sql, recursive } = printSql(conditionFor(tables), {
    dialect,
    tables,
    row: model,
    parameter: (value, column) => {
      const name = parameterName()
      const { sent, place } = typeOrmParameter(value, column, dialect, `:${name}`)
      parameters[name] = sent
      return place
    },
  })
  if (recursive && dialect === 'mysql') throw unlimitedRecursion()
  // Sound: TypeORM finds the repository of any target.
  return connection
    .getRepository(entity.target as string)
    .createQueryBuilder(model)
    .where(sql, parameters)
}

let names = 0

/** Returns a name that no other filter's parameters have: one query can hold several. */
function parameterName(): string {
  return `oso_${names++}`
}

/** MariaDB ends a recursion after 1,000 levels with only a warning. */
function unlimitedRecursion(): UnsupportedFilterError {
  return new UnsupportedFilterError('unsupported-filter', 'MySQL and MariaDB end a recursion before its end.', {
    hint: '`typeOrmAuthorization` of @arcturus/typeorm raises their limit',
    data: { reason: 'recursion' },
  })
}
