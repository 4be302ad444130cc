import type { Order } from '@arcturus/sql/internal/prisma'
import type { PrismaColumn, PrismaRelation } from '../schema/schema.js'
import { outside } from './numbers.js'
import { all, any, type Printed, type Where } from './printed.js'
import { alternativesOf, type ColumnFilter, type ColumnTest, ordered } from './test.js'

/** A condition on one row, printed both as true and as false. Most conditions need only one of them. */
export interface Sides {
  readonly yes: Printed
  readonly no: Printed
}

/**
 * Returns the sides for a row whose column passes one of the tests. Null passes only if `nil` is
 * true.
 */
export function columnSides(column: PrismaColumn, tests: readonly ColumnTest[], nil = false): Sides {
  const { name, nullable } = column
  return {
    get yes() {
      return any([nil && nullable ? { [name]: null } : false, ...tests.flatMap((test) => passing(column, test))])
    },
    get no() {
      const no = all(tests.map((test) => any(failing(name, test))))
      return !nullable ? no : nil ? all([{ [name]: { not: null } }, no]) : any([{ [name]: null }, no])
    },
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
 * Returns the sides for two columns of one row; `reference` refers to the second one. It never
 * matches nulls, so conditions for nulls are added beside it.
 * @param isNumber - the filter that numbers of both columns pass and NaN does not, if they can hold
 * NaN
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

/**
 * Returns the sides for a column and itself. NaN and an invalid date equal nothing.
 */
export function sameColumnSides(
  column: PrismaColumn,
  operator: '=' | Order,
  isNumber: ColumnFilter | undefined,
): Sides {
  const { name, nullable } = column
  if (operator === '=') {
    if (!isNumber) return { yes: true, no: false }
    return {
      yes: any([{ [name]: isNumber }, nullable ? { [name]: null } : false]),
      no: any(outside(isNumber).map((filter) => ({ [name]: filter }))),
    }
  }
  if (operator === '<' || operator === '>') return columnSides(column, ['never'])
  return columnSides(column, [isNumber ? { yes: [isNumber], no: outside(isNumber) } : 'always'])
}

/**
 * Returns the sides for a row whose to-one relation leads to no row.
 * Prisma's `is: null` is used only if it is exact: for an enforced reference of one column, or one
 * that the other row holds. A reference of several columns is empty if one of them is null. A
 * reference that is not enforced can lead to a deleted row.
 * @param columns - the nullable columns of the reference
 * @param isKept - whether the database enforces references to existing rows
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
 * Returns the sides for a row whose list column holds one of the values, or any element. A null
 * list in the database reads as an empty one.
 */
export function listSides({ name }: PrismaColumn, values: readonly unknown[] | 'any'): Sides {
  const isNull = { [name]: { equals: null } }
  if (values === 'any') return { yes: { [name]: { isEmpty: false } }, no: any([isNull, { [name]: { isEmpty: true } }]) }
  if (values.length === 0) return { yes: false, no: true }
  const yes = { [name]: { hasSome: values } }
  return { yes, no: any([isNull, { NOT: yes }]) }
}
