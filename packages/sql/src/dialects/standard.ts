import { type Extent, unlimited } from '../extent.js'
import { all, any, atom, type Sql } from '../sql.js'
import type { SqlType } from '../tables.js'

/** A text in SQL: a column, a value, or an expression of them. */
export interface SqlTextOperand {
  readonly text: string
  /**
   * A column has a collation, and an index can serve it. A value adopts the collation of the other
   * side.
   */
  readonly kind: 'column' | 'value' | 'computed'
  /**
   * Whether its collation finds texts equal only if their code points are. True for a text without
   * its own collation.
   */
  readonly exact: boolean
  /** The name of a column's own collation, if it has one. */
  readonly collation?: string | undefined
  /** Whether the application reads the column only up to its first zero character. */
  readonly cut?: 'always' | 'but in equality' | undefined
}

/** Returns an operand for a computed text. */
export function computedText(text: string): SqlTextOperand {
  return { text, kind: 'computed', exact: true }
}

/** Returns an operand for a placeholder of a text. */
export function valueOperand(text: string): SqlTextOperand {
  return { text, kind: 'value', exact: true }
}

/** The alias of JSON elements within a subquery that contains no table of the application. */
export const element = 'arcturus_element'

export interface Quotient {
  readonly text: string
  /** The conditions for an infinity, if the database has none. The text is null in that case. */
  readonly infinite?: Infinities | undefined
}

/** The conditions under which a number is infinite. */
export interface Infinities {
  readonly positive: Sql
  readonly negative: Sql
}

export const largestInteger: bigint = 2n ** 63n - 1n

/** Adds a value to the query and returns its placeholder. */
export type AddValue = (value: unknown) => string

/** The SQL that most databases share. A dialect overrides the parts that differ. */
export abstract class StandardSql {
  /** The maximum number of values in a statement, minus a reserve for other values in it. */
  abstract readonly values: number
  /** The maximum extent of a query for the database's parser, in every version. */
  readonly most: Extent = unlimited
  /** Whether a recursive query can have several recursive parts. */
  readonly recursesInParts: boolean = true
  /**
   * Whether the database needs a hint that a recursion continues from the found rows, not from all
   * rows.
   */
  readonly scansToRecurse: boolean = false
  /** Whether the estimate for `EXISTS` in an alternative assumes that it runs for every row. */
  readonly overestimatesExists: boolean = false

  quote(name: string): string {
    return `"${name.replaceAll('"', '""')}"`
  }

  path(names: readonly string[]): string {
    return names.map((name) => this.quote(name)).join('.')
  }

  /** Both are equal, or both are null. */
  abstract same(left: string, right: string): Sql

  /** They are not equal, and not both null. */
  abstract differs(left: string, right: string): Sql

  boolean(value: boolean): string {
    return value ? 'TRUE' : 'FALSE'
  }

  /** Whether null represents NaN, which the database does not have. */
  abstract readonly isNullForNaN: boolean

  /** The names of the types of 64-bit floating-point numbers and of texts. */
  protected abstract readonly types: { readonly double: string; readonly text: string }

  /** Converts a number to a 64-bit floating-point number. */
  double(number: string): string {
    return `CAST(${number} AS ${this.types.double})`
  }

  /**
   * Converts a number to a whole number.
   * @param most - the largest absolute value that it can have
   */
  abstract whole(number: string, most: bigint): string

  /**
   * Writes a quotient of doubles. The divisor can be zero.
   * @param isNegative - whether a zero divisor is the negative zero
   */
  abstract quotient(dividend: string, divisor: string, isNegative: Sql): Quotient

  /** Whether a column of doubles can hold the negative zero. */
  readonly keepsNegativeZero: boolean = true

  /**
   * Writes that a zero double is the negative zero; undefined if the database can't distinguish
   * them.
   */
  abstract isNegativeZero(number: string): Sql | undefined

  /** Concatenates texts. */
  concat(texts: readonly SqlTextOperand[]): string {
    return `(${texts.map((one) => one.text).join(' || ')})`
  }

  /** Converts a value to a text. */
  asText(value: string): string {
    return `CAST(${value} AS ${this.types.text})`
  }

  /** Writes a text so that it is compared by code point. */
  abstract byCodePoint(operand: SqlTextOperand): string

  textEquals(left: SqlTextOperand, right: SqlTextOperand): Sql {
    if (left.exact && right.exact) return atom(`${left.text} = ${right.text}`)
    return atom(`${this.byCodePoint(left)} = ${right.text}`)
  }

  textOrder(left: SqlTextOperand, order: string, right: SqlTextOperand): Sql {
    return atom(`${this.byCodePoint(left)} ${order} ${this.byCodePoint(right)}`)
  }

  textAmong(column: SqlTextOperand, values: readonly unknown[], place: AddValue, placeAll: AddValue): Sql {
    return this.among(column.exact ? column.text : this.byCodePoint(column), values, place, placeAll)
  }

  /** @param placeAll - binds a list of values to one placeholder, if the database has lists */
  among(column: string, values: readonly unknown[], place: AddValue, _placeAll: AddValue): Sql {
    return atom(`${column} IN (${values.map(place).join(', ')})`)
  }

  startsWithValue(of: SqlTextOperand, part: string, place: AddValue): Sql {
    return this.startsWith(of, valueOperand(place(part)))
  }

  endsWithValue(of: SqlTextOperand, part: string, place: AddValue): Sql {
    return this.endsWith(of, valueOperand(place(part)))
  }

  includesValue(of: SqlTextOperand, part: string, place: AddValue): Sql {
    return this.includes(of, valueOperand(place(part)))
  }

  abstract startsWith(of: SqlTextOperand, part: SqlTextOperand): Sql
  abstract endsWith(of: SqlTextOperand, part: SqlTextOperand): Sql
  abstract includes(of: SqlTextOperand, part: SqlTextOperand): Sql

  /**
   * Returns a condition that is always true. It separates the results of a subquery for different
   * outer rows. Undefined if the database needs none.
   * @param _key - the key columns of the outer row
   */
  distinct(_key: readonly string[]): Sql | undefined {
    return undefined
  }

  /**
   * Writes NaN if a column of that type can hold it. NaN has no order in a check, and is greater
   * than all numbers in the database.
   */
  nan(_type: SqlType): string | undefined {
    return undefined
  }

  /**
   * Writes that the application reads a column's value as a valid date; undefined if every value is
   * one.
   * @param _isBounded - Whether the value is known to be before some valid date. Default false.
   */
  isDate(_date: string, _type: SqlType, _isBounded = false): Sql | undefined {
    return undefined
  }

  /** Truncates a date to milliseconds; undefined if there is no such function. */
  milliseconds(_date: string): string | undefined {
    return undefined
  }

  /** Converts a date whose texts have different forms to one form. */
  evenDate(date: string): string {
    return date
  }

  /**
   * Writes the elements of a list as the rows of a table with one column; undefined if the database
   * has no lists.
   */
  elements(_list: string, _alias: string): { readonly table: string; readonly column: string } | undefined {
    return undefined
  }

  /** Writes the number of elements of a list, which is 0 for null; undefined if the database has no lists. */
  length(_list: string): string | undefined {
    return undefined
  }

  /** Writes that no element of a list is itself a list. Null is an empty list. */
  isList(_list: string): Sql {
    return true
  }

  /**
   * Writes that a text is an element of the list in a JSON column, or a character of the text in
   * it.
   * @param isCharacter - whether the text is a single character; undefined if unknown
   */
  abstract inJson(json: string, item: SqlTextOperand, isCharacter: boolean | undefined): Sql

  /** Writes that a JSON column contains a list, or a text. */
  abstract isJson(json: string, what: 'List' | 'String'): Sql

  /**
   * Writes that a list of the database has an element that equals the item; undefined if it has no
   * lists.
   */
  has(_list: string, _item: string, _isNull: boolean): Sql | undefined {
    return undefined
  }

  /**
   * Writes that a list of texts has an element that equals the item by code point, whatever the
   * column's collation; undefined if the database cannot compare so.
   */
  hasText(_list: string, _item: string): Sql | undefined {
    return undefined
  }
}

/** Writes equality with `=` and `IS NULL`, which indexes serve. */
export function sameOrNull(left: string, right: string): Sql {
  return any([atom(`${left} = ${right}`), all([atom(`${left} IS NULL`), atom(`${right} IS NULL`)])])
}
