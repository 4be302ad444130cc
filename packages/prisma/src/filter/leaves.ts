import type { PrismaColumn, PrismaRelation } from '../schema/schema.js'
import { outside } from './numbers.js'
import { all, any, type Printed, type Where } from './printed.js'
import { alternativesOf, type ColumnFilter, type ColumnTest, type Order, ordered } from './test.js'

/** A condition on one row, printed for where it holds and for where it does not. */
export interface Sides {
  readonly yes: Printed
  readonly no: Printed
}

/** A row whose column passes one of the tests; null passes none of them, but for `nil`. */
export function columnSides(column: PrismaColumn, tests: readonly ColumnTest[], nil = false): Sides {
  const { name, nullable } = column
  const no = all(tests.map((test) => any(failing(name, test))))
  return {
    yes: any([nil && nullable ? { [name]: null } : false, ...tests.flatMap((test) => passing(column, test))]),
    no: !nullable ? no : nil ? all([{ [name]: { not: null } }, no]) : any([{ [name]: null }, no]),
  }
}

function passing({ name, nullable }: PrismaColumn, test: ColumnTest): readonly Printed[] {
  if (test === 'always') return [nullable ? { [name]: { not: null } } : true]
  if (test === 'never') return [false]
  return alternativesOf(test).yes.map((filter) => ({ [name]: filter }))
}

function failing(name: string, test: ColumnTest): readonly Printed[] {
  if (test === 'always' || test === 'never') return [test === 'never']
  return alternativesOf(test).no.map((filter) => ({ [name]: filter }))
}

/**
 * Two columns of one row; `reference` stands for the second one. Nulls drop out of it, so what they mean is said beside it.
 * @param isNumber - what the numbers of both columns pass and NaN does not, where they can hold it
 */
export function columnsSides(
  a: PrismaColumn,
  b: PrismaColumn,
  operator: '=' | Order,
  reference: unknown,
  isNumber: ColumnFilter | undefined,
): Sides {
  const isNull = (column: PrismaColumn): Printed => (column.nullable ? { [column.name]: null } : false)
  const isNotNull = (column: PrismaColumn): Printed => (column.nullable ? { [column.name]: { not: null } } : true)
  const are = (...columns: readonly PrismaColumn[]): Printed[] =>
    isNumber ? columns.map(({ name }) => ({ [name]: isNumber })) : []
  const areNot = (...columns: readonly PrismaColumn[]): Printed[] =>
    isNumber ? columns.flatMap(({ name }) => outside(isNumber).map((filter) => ({ [name]: filter }))) : []
  if (operator === '=') {
    return {
      yes: any([all([{ [a.name]: { equals: reference } }, ...are(a)]), all([isNull(a), isNull(b)])]),
      no: any([
        { [a.name]: { not: { equals: reference } } },
        all([isNull(a), isNotNull(b)]),
        all([isNotNull(a), isNull(b)]),
        ...areNot(a),
      ]),
    }
  }
  const { yes, no } = columnSides({ ...a, nullable: false }, [ordered(operator, reference)])
  return { yes: all([yes, ...are(a, b)]), no: any([isNull(a), isNull(b), no, ...areNot(a, b)]) }
}

/** A column and itself. NaN equals nothing, but what stands for it in a column of decimals is one object, which equals itself, as is an invalid date. */
export function sameColumnSides(
  column: PrismaColumn,
  operator: '=' | Order,
  isNumber: ColumnFilter | undefined,
): Sides {
  const { name, type, nullable } = column
  if (operator === '=') {
    if (!isNumber || type === 'Decimal' || type === 'DateTime') return { yes: true, no: false }
    return { yes: any([{ [name]: isNumber }, nullable ? { [name]: null } : false]), no: { [name]: { not: isNumber } } }
  }
  if (operator === '<' || operator === '>') return columnSides(column, ['never'])
  return columnSides(column, [isNumber ? { yes: [isNumber], no: outside(isNumber) } : 'always'])
}

/**
 * A row whose to-one relation leads to no row. What Prisma makes of `is: null` is asked only where it is exact: a reference
 * of one column that the database keeps, or one that the other row holds. Several columns are no reference as soon as one
 * of them is null, and a reference that nobody keeps can lead to a row that is gone.
 * @param columns - those of the reference that can be null
 * @param isKept - whether the database keeps references to rows that exist
 * @param other - a `where` that holds for every row of the other model
 */
export function missingSides(
  relation: PrismaRelation,
  columns: readonly string[],
  isKept: boolean,
  other: Where,
): Sides {
  const { name, nullable, list, owner } = relation
  if (list) return { yes: false, no: true }
  if (owner && !isKept) return { yes: { NOT: { [name]: { is: other } } }, no: { [name]: { is: other } } }
  if (!nullable) return { yes: false, no: true }
  if (!owner || relation.from.length === 1) return { yes: { [name]: { is: null } }, no: { [name]: { isNot: null } } }
  return {
    yes: any(columns.map((column) => ({ [column]: null }))),
    no: all(columns.map((column) => ({ [column]: { not: null } }))),
  }
}

/**
 * A row whose list column holds one of the values, or anything at all. A list that is null in the database is read as an
 * empty one.
 */
export function listSides({ name }: PrismaColumn, values: readonly unknown[] | 'any'): Sides {
  const isNull = { [name]: { equals: null } }
  if (values === 'any') return { yes: { [name]: { isEmpty: false } }, no: any([isNull, { [name]: { isEmpty: true } }]) }
  if (values.length === 0) return { yes: false, no: true }
  const yes = { [name]: { hasSome: values } }
  return { yes, no: any([isNull, { NOT: yes }]) }
}
