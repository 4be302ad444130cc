import type { Extent } from '../extent.js'
import { all, any, atom, not, type Sql } from '../sql.js'
import type { SqlType } from '../tables.js'
import {
  type AddValue,
  computedText,
  element,
  largestInteger,
  type Quotient,
  type SqlTextOperand,
  StandardSql,
  valueOperand,
} from './standard.js'

/** MySQL and MariaDB. Their usual collations ignore case, accents and trailing blanks. */
export class MySql extends StandardSql {
  override readonly values = 60_000
  // MariaDB doubles its memory for each use of a WITH's recursive queries: 200 MB for 15 uses, and
  // then the server is killed. Planning nested queries takes 150 MB for 170 of them, and up to 25
  // GB for 720.
  override readonly most: Extent = { depth: Infinity, queries: 250, recursions: 8 }
  // MariaDB estimates the found rows by the number of ends, and would otherwise read the whole
  // table at each level.
  override readonly scansToRecurse = true

  override quote(name: string): string {
    return `\`${name.replaceAll('`', '``')}\``
  }

  override same(left: string, right: string): Sql {
    return atom(`${left} <=> ${right}`)
  }

  override differs(left: string, right: string): Sql {
    return atom(`NOT (${left} <=> ${right})`)
  }

  protected override readonly types = { double: 'DOUBLE', text: 'CHAR' }

  override readonly isNullForNaN = true

  override whole(number: string, most: bigint): string {
    return `CAST(${number} AS ${most <= largestInteger ? 'SIGNED' : 'DECIMAL(65, 0)'})`
  }

  override quotient(dividend: string, divisor: string, isNegative: Sql): Quotient {
    const isZero = atom(`${divisor} = 0`)
    const [above, below] = [atom(`${dividend} > 0`), atom(`${dividend} < 0`)]
    const to = (positive: Sql, negative: Sql) =>
      any([all([isZero, positive, not(isNegative)]), all([isZero, negative, isNegative])])
    return {
      text: `CASE WHEN ${divisor} <> 0 THEN ${dividend} / ${divisor} END`,
      infinite: { positive: to(above, below), negative: to(below, above) },
    }
  }

  // A column can hold the negative zero. Because of the server's number format, an application
  // reads the positive one.
  override readonly keepsNegativeZero = false

  override isNegativeZero(number: string): Sql {
    return atom(`ATAN2(${number}, -1) < 0`)
  }

  /** Concatenates bytes, since columns can have different collations. */
  override concat(texts: readonly SqlTextOperand[]): string {
    return `CONCAT(${texts.map((one) => this.byCodePoint(one)).join(', ')})`
  }

  /** The bytes of UTF-8, which have the same order as code points. */
  override byCodePoint({ text }: SqlTextOperand): string {
    return `CAST(CONVERT(${text} USING utf8mb4) AS BINARY)`
  }

  override textEquals(left: SqlTextOperand, right: SqlTextOperand): Sql {
    const equal = atom(`${left.text} = ${right.text}`)
    if (!haveOneCollation(left, right)) return this.#sameBytes(left, right)
    // Equal texts are equal in every collation, and an index serves the column's own collation.
    return left.exact && right.exact ? equal : all([equal, this.#sameBytes(left, right)])
  }

  override textAmong(column: SqlTextOperand, values: readonly unknown[], place: AddValue): Sql {
    const found = atom(`${column.text} IN (${values.map(place).join(', ')})`)
    if (column.exact && column.kind === 'column') return found
    const bytes = values.map((value) => this.byCodePoint(valueOperand(place(value))))
    const exactly = atom(`${this.byCodePoint(column)} IN (${bytes.join(', ')})`)
    return column.kind === 'column' ? all([found, exactly]) : exactly
  }

  /**
   * MariaDB caches a subquery's result by the outer columns that it refers to, and compares texts
   * by their collation: it reuses for 'b' the result of 'B'. With the row's key among those
   * columns, each row is evaluated.
   */
  override distinct(key: readonly string[]): Sql {
    return atom(key.length === 0 ? 'RAND() >= 0' : `CHAR_LENGTH(CONCAT(${key.join(', ')})) >= 0`)
  }

  /** JavaScript can't represent 0000-00-00, or dates whose month or day is zero. */
  override isDate(date: string, type: SqlType): Sql | undefined {
    const isDate = type.kind === 'date' || (type.kind === 'form' && type.name === 'date')
    return isDate ? all([atom(`MONTH(${date}) > 0`), atom(`DAYOFMONTH(${date}) > 0`)]) : undefined
  }

  #sameBytes(left: SqlTextOperand, right: SqlTextOperand): Sql {
    return atom(`${this.byCodePoint(left)} = ${this.byCodePoint(right)}`)
  }

  override startsWithValue(of: SqlTextOperand, part: string, place: AddValue): Sql {
    const exactly = super.startsWithValue(of, part, place)
    if (of.kind !== 'column') return exactly
    // A prefix of the same code points is one in every collation, and an index serves the column's
    // own collation.
    const pattern = `${part.replace(/[|%_]/g, '|$&')}%`
    return all([atom(`${of.text} LIKE ${place(pattern)} ESCAPE '|'`), exactly])
  }

  override startsWith(of: SqlTextOperand, part: SqlTextOperand): Sql {
    const start = this.byCodePoint(part)
    return atom(`LEFT(${this.byCodePoint(of)}, LENGTH(${start})) = ${start}`)
  }

  override endsWith(of: SqlTextOperand, part: SqlTextOperand): Sql {
    const end = this.byCodePoint(part)
    return atom(`RIGHT(${this.byCodePoint(of)}, LENGTH(${end})) = ${end}`)
  }

  /**
   * Reads the JSON type of an element by its position: as a value, the number 1 equals the text
   * "1".
   */
  override inJson(json: string, item: SqlTextOperand, isCharacter: boolean | undefined): Sql {
    const elements = `JSON_TABLE(${json}, '$[*]' COLUMNS (at FOR ORDINALITY, value LONGTEXT PATH '$')) AS ${element}`
    const isText = `JSON_TYPE(JSON_EXTRACT(${json}, CONCAT('$[', ${element}.at - 1, ']'))) = 'STRING'`
    const isItem = `CAST(CONVERT(${element}.value USING utf8mb4) AS BINARY) = ${this.byCodePoint(item)}`
    return any([
      all([this.isJson(json, 'List'), atom(`EXISTS (SELECT 1 FROM ${elements} WHERE ${isText} AND ${isItem})`)]),
      all([
        this.isJson(json, 'String'),
        isCharacter ?? atom(`CHAR_LENGTH(${item.text}) = 1`),
        this.includes(computedText(`JSON_UNQUOTE(${json})`), item),
      ]),
    ])
  }

  override isJson(json: string, what: 'List' | 'String'): Sql {
    return atom(`JSON_TYPE(${json}) = '${what === 'List' ? 'ARRAY' : 'STRING'}'`)
  }

  override includes(of: SqlTextOperand, part: SqlTextOperand): Sql {
    return atom(`INSTR(${this.byCodePoint(of)}, ${this.byCodePoint(part)}) > 0`)
  }
}

/**
 * Whether the database compares the two directly, by the collation of a column. Two columns can
 * have different ones, and then it is an error.
 */
function haveOneCollation(left: SqlTextOperand, right: SqlTextOperand): boolean {
  if (left.kind !== 'column') return left.kind === 'value' && right.kind === 'column'
  if (right.kind === 'value') return true
  return right.kind === 'column' && left.collation !== undefined && left.collation === right.collation
}
