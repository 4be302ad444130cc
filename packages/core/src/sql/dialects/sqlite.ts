import type { Extent } from '../extent.js'
import { successor } from '../prefix.js'
import { all, any, atom, type Sql } from '../sql.js'
import { element, type Place, type Quotient, type SqlTextOperand, StandardSql } from './standard.js'

export class Sqlite extends StandardSql {
  override readonly values = 32_000
  // Expressions may be 1,000 levels deep, of which a query takes several; and queries 1,000, with those that recursion repeats.
  override readonly most: Extent = { depth: 250, queries: 250, recursions: Infinity }

  override same(left: string, right: string): Sql {
    return atom(`${left} IS ${right}`)
  }

  override differs(left: string, right: string): Sql {
    return atom(`${left} IS NOT ${right}`)
  }

  override double(number: string): string {
    return `CAST(${number} AS REAL)`
  }

  override readonly isNullForNaN = true

  override whole(number: string): string {
    return `CAST(${number} AS INTEGER)`
  }

  override quotient(dividend: string, divisor: string, isNegative: Sql): Quotient {
    const [above, below] = isNegative === true ? ['-9e999', '9e999'] : ['9e999', '-9e999']
    const atZero = `CASE WHEN ${dividend} > 0 THEN ${above} WHEN ${dividend} < 0 THEN ${below} END`
    return { text: `CASE WHEN ${divisor} = 0 THEN ${atZero} ELSE ${dividend} / ${divisor} END` }
  }

  override readonly keepsNegativeZero = false

  override isNegativeZero(): undefined {
    return undefined
  }

  override asText(value: string): string {
    return `CAST(${value} AS TEXT)`
  }

  /** What `datetime('now')` gives has no milliseconds. */
  override evenDate(date: string): string {
    return `strftime('%Y-%m-%d %H:%M:%f', ${date})`
  }

  override byCodePoint({ text }: SqlTextOperand): string {
    return `${text} COLLATE BINARY`
  }

  override textOrder(left: SqlTextOperand, order: string, right: SqlTextOperand): Sql {
    const isExact = left.exact && right.exact
    return atom(`${isExact ? left.text : this.byCodePoint(left)} ${order} ${right.text}`)
  }

  /** LIKE would ignore the case of letters; a range does not, and an index serves it. */
  override startsWithValue(of: SqlTextOperand, part: string, place: Place): Sql {
    const column = of.exact ? of.text : this.byCodePoint(of)
    const end = successor(part)
    const from = atom(`${column} >= ${place(part)}`)
    return end === undefined ? from : all([from, atom(`${column} < ${place(end)}`)])
  }

  override endsWithValue(of: SqlTextOperand, part: string, place: Place): Sql {
    return atom(`substr(${of.text}, ${-[...part].length}) = ${place(part)}`)
  }

  override startsWith(of: SqlTextOperand, part: SqlTextOperand): Sql {
    return atom(`substr(${of.text}, 1, length(${part.text})) = ${this.byCodePoint(part)}`)
  }

  override endsWith(of: SqlTextOperand, part: SqlTextOperand): Sql {
    const end = atom(`substr(${of.text}, -length(${part.text})) = ${this.byCodePoint(part)}`)
    // From 0 on, substr gives the whole text.
    return any([all([atom(`${part.text} = ''`), atom(`${of.text} IS NOT NULL`)]), end])
  }

  override inJson(json: string, item: SqlTextOperand, isCharacter: boolean | undefined): Sql {
    const text = this.byCodePoint(item)
    const found = `SELECT 1 FROM json_each(${json}) AS ${element} WHERE ${element}.type = 'text' AND ${element}.value = ${text}`
    return any([
      all([this.isJson(json, 'List'), atom(`EXISTS (${found})`)]),
      all([
        this.isJson(json, 'String'),
        isCharacter ?? atom(`length(${item.text}) = 1`),
        atom(`instr(${json} ->> '$', ${item.text}) > 0`),
      ]),
    ])
  }

  override isJson(json: string, what: 'List' | 'String'): Sql {
    return atom(`json_type(${json}) = '${what === 'List' ? 'array' : 'text'}'`)
  }

  override includes(of: SqlTextOperand, part: SqlTextOperand): Sql {
    return atom(`instr(${of.text}, ${part.text}) > 0`)
  }
}
