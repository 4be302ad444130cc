import type { Extent } from '../extent.js'
import { all, any, atom, not, type Sql } from '../sql.js'
import type { SqlType } from '../tables.js'
import {
  computedText,
  element,
  largestInteger,
  type Place,
  type Quotient,
  type SqlTextOperand,
  StandardSql,
  valueOperand,
} from './standard.js'

/** MySQL and MariaDB, whose usual collations ignore case, accents and trailing blanks. */
export class MySql extends StandardSql {
  override readonly values = 60_000
  // MariaDB takes twice the memory for each time that a WITH's recursive queries are asked: 200 MB for 15, and then it is killed.
  // To plan many queries in each other it takes 150 MB for 170 of them, up to 25 GB for 720.
  override readonly most: Extent = { depth: Infinity, queries: 250, recursions: 8 }
  // MariaDB takes the rows that were found for as many as there are ends, and reads the whole table at each level instead.
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

  override double(number: string): string {
    return `CAST(${number} AS DOUBLE)`
  }

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

  // A column can hold it; as the server writes numbers, an application reads the other one.
  override readonly keepsNegativeZero = false

  override isNegativeZero(number: string): Sql {
    return atom(`ATAN2(${number}, -1) < 0`)
  }

  /** Of bytes, since columns can have different collations. */
  override concat(texts: readonly SqlTextOperand[]): string {
    return `CONCAT(${texts.map((one) => this.byCodePoint(one)).join(', ')})`
  }

  override asText(value: string): string {
    return `CAST(${value} AS CHAR)`
  }

  /** The bytes of UTF-8, which are ordered as code points are. */
  override byCodePoint({ text }: SqlTextOperand): string {
    return `CAST(CONVERT(${text} USING utf8mb4) AS BINARY)`
  }

  override textEquals(left: SqlTextOperand, right: SqlTextOperand): Sql {
    const equal = atom(`${left.text} = ${right.text}`)
    if (!haveOneCollation(left, right)) return this.#sameBytes(left, right)
    // Equal texts are equal in every collation, and in that of the column an index finds them.
    return left.exact && right.exact ? equal : all([equal, this.#sameBytes(left, right)])
  }

  override textAmong(column: SqlTextOperand, values: readonly unknown[], place: Place): Sql {
    const found = atom(`${column.text} IN (${values.map(place).join(', ')})`)
    if (column.exact && column.kind === 'column') return found
    const bytes = values.map((value) => this.byCodePoint(valueOperand(place(value))))
    const exactly = atom(`${this.byCodePoint(column)} IN (${bytes.join(', ')})`)
    return column.kind === 'column' ? all([found, exactly]) : exactly
  }

  /**
   * MariaDB remembers what a subquery answers by the columns of the row around it that the subquery speaks of, and finds texts
   * again by their collation: it answers for 'b' what it found out for 'B'. With the row's key among them, it asks each row.
   */
  override distinct(key: readonly string[]): Sql {
    return atom(key.length === 0 ? 'RAND() >= 0' : `CHAR_LENGTH(CONCAT(${key.join(', ')})) >= 0`)
  }

  /** Of 0000-00-00, and of dates whose month or day is zero, JavaScript makes no date. */
  override isDate(date: string, type: SqlType): Sql | undefined {
    const isDate = type.kind === 'date' || (type.kind === 'form' && type.name === 'date')
    return isDate ? all([atom(`MONTH(${date}) > 0`), atom(`DAYOFMONTH(${date}) > 0`)]) : undefined
  }

  #sameBytes(left: SqlTextOperand, right: SqlTextOperand): Sql {
    return atom(`${this.byCodePoint(left)} = ${this.byCodePoint(right)}`)
  }

  override startsWithValue(of: SqlTextOperand, part: string, place: Place): Sql {
    const exactly = super.startsWithValue(of, part, place)
    if (of.kind !== 'column') return exactly
    // A prefix of the same code points is one in every collation, and in that of the column an index finds it.
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

  /** What JSON says of an element is asked by its place, since as a value the number 1 is the text "1". */
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

/** Whether the database compares the two as they are, by the collation of a column; two columns can have different ones. */
function haveOneCollation(left: SqlTextOperand, right: SqlTextOperand): boolean {
  if (left.kind !== 'column') return left.kind === 'value' && right.kind === 'column'
  return right.kind === 'value' || (right.kind === 'column' && left.collation === right.collation)
}
