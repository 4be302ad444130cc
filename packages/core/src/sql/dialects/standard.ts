import { type Extent, unlimited } from '../extent.js'
import { all, any, atom, type Sql } from '../sql.js'
import type { SqlType } from '../tables.js'

/** A text in SQL: a column, a value, or what is made of them. */
export interface SqlTextOperand {
  readonly text: string
  /** A column has a collation, and an index can serve it; a value takes on the collation of what it is compared with. */
  readonly kind: 'column' | 'value' | 'computed'
  /** Whether its collation finds texts equal only when their code points are; true for what has none of its own. */
  readonly exact: boolean
  /** The name of a column's own collation, where it has one. */
  readonly collation?: string | undefined
  /** Whether the application reads the column only up to its first zero character. */
  readonly cut?: 'always' | 'but in equality' | undefined
}

/** A text that is computed of others. */
export function computedText(text: string): SqlTextOperand {
  return { text, kind: 'computed', exact: true }
}

/** A place for a text. */
export function valueOperand(text: string): SqlTextOperand {
  return { text, kind: 'value', exact: true }
}

/** What the elements of JSON are called within a query, where no table of the application's is. */
export const element = 'arcturus_element'

export interface Quotient {
  readonly text: string
  /** When it is an infinity, where the database has none: the text is null then. */
  readonly infinite?: Infinities | undefined
}

/** When a number is infinite. */
export interface Infinities {
  readonly positive: Sql
  readonly negative: Sql
}

export const largestInteger: bigint = 2n ** 63n - 1n

/** Gives a value a place in the query. */
export type Place = (value: unknown) => string

/** What most databases say in the same way; a database overrides what it says in another. */
export abstract class StandardSql {
  /** How many values a statement can have, less some for what else is in it. */
  abstract readonly values: number
  /** The most that its parser takes of a query, whatever its version. */
  readonly most: Extent = unlimited
  /** Whether a query that is recursive can have several parts that go on. */
  readonly recursesInParts: boolean = true
  /** Whether it has to be told that a recursion goes on from the rows that were found, not from all that there are. */
  readonly scansToRecurse: boolean = false

  quote(name: string): string {
    return `"${name.replaceAll('"', '""')}"`
  }

  path(names: readonly string[]): string {
    return names.map((name) => this.quote(name)).join('.')
  }

  /** Both are the same, or both are null. */
  abstract same(left: string, right: string): Sql

  /** They are not the same, and not both null. */
  abstract differs(left: string, right: string): Sql

  boolean(value: boolean): string {
    return value ? 'TRUE' : 'FALSE'
  }

  /** Whether null stands for NaN, which the database does not have. */
  abstract readonly isNullForNaN: boolean

  /** As a number of floating point, of 64 bits. */
  abstract double(number: string): string

  /** As a whole number that can be so far from zero. */
  abstract whole(number: string, most: bigint): string

  /**
   * A quotient of doubles, also by zero.
   * @param isNegative - whether a divisor that is zero is the negative one
   */
  abstract quotient(dividend: string, divisor: string, isNegative: Sql): Quotient

  /** Whether a column of doubles can hold the negative zero. */
  readonly keepsNegativeZero: boolean = true

  /** That a double that is zero is the negative one; undefined where that can't be told. */
  abstract isNegativeZero(number: string): Sql | undefined

  /** Texts, one behind the other. */
  concat(texts: readonly SqlTextOperand[]): string {
    return `(${texts.map((one) => one.text).join(' || ')})`
  }

  /** As a text. */
  abstract asText(value: string): string

  /** As a text that is compared by its code points. */
  abstract byCodePoint(operand: SqlTextOperand): string

  textEquals(left: SqlTextOperand, right: SqlTextOperand): Sql {
    if (left.exact && right.exact) return atom(`${left.text} = ${right.text}`)
    return atom(`${this.byCodePoint(left)} = ${right.text}`)
  }

  textOrder(left: SqlTextOperand, order: string, right: SqlTextOperand): Sql {
    return atom(`${this.byCodePoint(left)} ${order} ${this.byCodePoint(right)}`)
  }

  textAmong(column: SqlTextOperand, values: readonly unknown[], place: Place, placeAll: Place): Sql {
    return this.among(column.exact ? column.text : this.byCodePoint(column), values, place, placeAll)
  }

  /** @param placeAll - gives a list of values one place, where the database has lists */
  among(column: string, values: readonly unknown[], place: Place, _placeAll: Place): Sql {
    return atom(`${column} IN (${values.map(place).join(', ')})`)
  }

  startsWithValue(of: SqlTextOperand, part: string, place: Place): Sql {
    return this.startsWith(of, valueOperand(place(part)))
  }

  endsWithValue(of: SqlTextOperand, part: string, place: Place): Sql {
    return this.endsWith(of, valueOperand(place(part)))
  }

  includesValue(of: SqlTextOperand, part: string, place: Place): Sql {
    return this.includes(of, valueOperand(place(part)))
  }

  abstract startsWith(of: SqlTextOperand, part: SqlTextOperand): Sql
  abstract endsWith(of: SqlTextOperand, part: SqlTextOperand): Sql
  abstract includes(of: SqlTextOperand, part: SqlTextOperand): Sql

  /**
   * What is always true, and keeps the answers of a subquery for different rows around it apart; undefined where they are.
   * @param _key - of the row around it
   */
  distinct(_key: readonly string[]): Sql | undefined {
    return undefined
  }

  /** NaN, where a column of that type can hold it: in no order to a check, and greater than all numbers to the database. */
  nan(_type: SqlType): string | undefined {
    return undefined
  }

  /** That a column's value is one that the application reads as a date; undefined where every value is. */
  isDate(_date: string, _type: SqlType): Sql | undefined {
    return undefined
  }

  /** A date without what is finer than milliseconds; undefined where there is no such function. */
  milliseconds(_date: string): string | undefined {
    return undefined
  }

  /** A date whose texts are not all of one form, in one. */
  evenDate(date: string): string {
    return date
  }

  /** The elements of a list as the rows of a table with one column; undefined where the database has no lists. */
  elements(_list: string, _alias: string): { readonly table: string; readonly column: string } | undefined {
    return undefined
  }

  /**
   * A text is an element of the list in a column of JSON, or a character of the text in it.
   * @param isCharacter - whether it is a single one; undefined where that is not known
   */
  abstract inJson(json: string, item: SqlTextOperand, isCharacter: boolean | undefined): Sql

  /** A column of JSON holds a list, or a text. */
  abstract isJson(json: string, what: 'List' | 'String'): Sql

  /** A list of the database has an element that is the same as the item. */
  has(_list: string, _item: string, _isNull: boolean): Sql | undefined {
    return undefined
  }
}

/** Said with `=` and `IS NULL`, which indexes serve. */
export function sameOrNull(left: string, right: string): Sql {
  return any([atom(`${left} = ${right}`), all([atom(`${left} IS NULL`), atom(`${right} IS NULL`)])])
}
