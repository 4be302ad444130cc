import { type Datum, type Filter, type FilterCondition, type HostTypes, isProjection, Relation } from '@arcturus/oso'
import { columnOf, entityOf, isDescribed, type TypeOrmConnection, type TypeOrmQuery } from './connection.js'

const operators: Readonly<Record<FilterCondition['cmp'], string>> = {
  Eq: '=',
  Neq: '!=',
  Lt: '<',
  Leq: '<=',
  Gt: '>',
  Geq: '>=',
  In: 'IN',
  Nin: 'NOT IN',
}

/**
 * Returns the query of what a filter shows, as inner joins. Rows are identified by their `id`.
 * @throws Error `RuntimeError::DataFilteringUnsupportedOp` if inner joins can't describe the rows
 */
export function joinedQuery(
  connection: TypeOrmConnection,
  { model, relations, conditions, types }: Filter,
): TypeOrmQuery {
  const builder = connection.getRepository(model).createQueryBuilder(model)
  for (const { fromTypeName, fromFieldName, toTypeName } of relations) {
    const relation = types.get(fromTypeName)?.fields.get(fromFieldName)
    if (!(relation instanceof Relation)) throw new Error(`${fromTypeName}.${fromFieldName} is no relation`)
    builder.innerJoin(
      toTypeName,
      toTypeName,
      `${fromTypeName}.${relation.myField} = ${toTypeName}.${relation.otherField}`,
    )
  }
  const parameters: Record<string, unknown> = {}
  const write = (one: FilterCondition): string => sqlOf(withStored(one, connection, types), parameters)
  const groups = conditions.map((group) => conjunction(group.map(write)))
  return builder.where(groups.length === 0 ? '1=0' : `(${groups.join(' OR ')})`, parameters)
}

function conjunction(parts: readonly string[]): string {
  return parts.length === 0 ? '1=1' : `(${parts.join(' AND ')})`
}

function sqlOf({ lhs, cmp, rhs }: FilterCondition, parameters: Record<string, unknown>): string {
  const nil = isNil(lhs) ? rhs : isNil(rhs) ? lhs : undefined
  if (nil && (cmp === 'Eq' || cmp === 'Neq'))
    return `${sideOf(nil, parameters)} IS ${cmp === 'Eq' ? 'NULL' : 'NOT NULL'}`
  return `${sideOf(lhs, parameters)} ${operators[cmp]} ${sideOf(rhs, parameters)}`
}

/** Returns a condition whose value has the form that the column's transformer stores. */
function withStored(
  { lhs, cmp, rhs }: FilterCondition,
  connection: TypeOrmConnection,
  types: HostTypes,
): FilterCondition {
  const stored = (side: Datum, other: Datum): Datum => {
    if (isProjection(side) || !isProjection(other) || !isDescribed(connection) || isNil(side)) return side
    const { typeName, fieldName } = other
    const column = columnOf(entityOf(connection, types, typeName), fieldName ?? 'id')
    if (!column?.transformer) return side
    const value = fieldName === undefined ? idOf(side.value) : side.value
    return { value: connection.driver.preparePersistentValue(value, column) }
  }
  return { lhs: stored(lhs, rhs), cmp, rhs: stored(rhs, lhs) }
}

function isNil(datum: Datum): boolean {
  return !isProjection(datum) && datum.value === null
}

/** Writes one side of a condition. A row is represented by its `id`, on both sides. */
function sideOf(datum: Datum, parameters: Record<string, unknown>): string {
  if (isProjection(datum)) return `${datum.typeName}.${datum.fieldName ?? 'id'}`
  const name = String(Object.keys(parameters).length)
  parameters[name] = idOf(datum.value)
  return `:${name}`
}

function idOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'id' in value ? value.id : value
}
