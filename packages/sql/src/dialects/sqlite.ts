import type { Extent } from '../extent.js'
import { successor } from '../prefix.js'
import { all, any, atom, type Sql } from '../sql.js'
import { type AddValue, element, type Quotient, type SqlTextOperand, StandardSql, valueOperand } from './standard.js'

export class Sqlite extends StandardSql {
  override readonly values = 32_000
  // Expressions may be 1,000 levels deep, and a query takes several levels. Queries may be 1,000
  // levels deep, including those that a recursion repeats.
  override readonly most: Extent = { depth: 250, queries: 250, recursions: Infinity }

  override same(left: string, right: string): Sql {
    return atom(`${left} IS ${right}`)
  }

  override differs(left: string, right: string): Sql {
    return atom(`${left} IS NOT ${right}`)
  }

  protected override readonly types = { double: 'REAL', text: 'TEXT' }

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

  /** The result of `datetime('now')` has no milliseconds. */
  override evenDate(date: string): string {
    return `strftime('%Y-%m-%d %H:%M:%f', ${date})`
  }

  override byCodePoint(operand: SqlTextOperand): string {
    return `${asRead(operand)} COLLATE BINARY`
  }

  override concat(texts: readonly SqlTextOperand[]): string {
    return `(${texts.map(asRead).join(' || ')})`
  }

  override textEquals(left: SqlTextOperand, right: SqlTextOperand): Sql {
    if (left.cut === 'always' || right.cut === 'always') return this.#equalAsRead(left, right)
    if (left.exact && right.exact) return atom(`${left.text} = ${right.text}`)
    const exactly = atom(`${left.text} COLLATE BINARY = ${right.text}`)
    // The index of the column's own collation finds them.
    return left.collation === undefined ? exactly : all([atom(`${left.text} = ${right.text}`), exactly])
  }

  /**
   * A truncated column equals a text if it contains the text followed by nothing or by a zero
   * character. This is a range, which an index serves.
   */
  #equalAsRead(left: SqlTextOperand, right: SqlTextOperand): Sql {
    if (right.kind !== 'value') return atom(`${this.byCodePoint(left)} = ${asRead(right)}`)
    const column = binary(left)
    return all([atom(`${column} >= ${right.text}`), atom(`${column} < ${behind(right)}`)])
  }

  override textAmong(column: SqlTextOperand, values: readonly unknown[], place: AddValue): Sql {
    if (column.cut === 'always') {
      if (values.length <= shortList)
        return any(values.map((value) => this.textEquals(column, valueOperand(place(value)))))
      const cut = atom(`instr(${column.text}, char(0)) > 0`)
      return any([
        this.among(binary(column), values, place),
        all([cut, this.among(this.byCodePoint(column), values, place)]),
      ])
    }
    const found = this.among(binary(column), values, place)
    return column.exact || column.collation === undefined ? found : all([this.among(column.text, values, place), found])
  }

  override among(column: string, values: readonly unknown[], place: AddValue): Sql {
    return atom(`${column} IN (${values.map(place).join(', ')})`)
  }

  override textOrder(left: SqlTextOperand, order: string, right: SqlTextOperand): Sql {
    if (left.cut && right.kind === 'value') {
      // The part behind a zero character is not read. Such a text equals the part before it.
      if (order === '>') return atom(`${binary(left)} >= ${behind(right)}`)
      if (order === '<=') return atom(`${binary(left)} < ${behind(right)}`)
    } else if (left.cut || right.cut) return atom(`${this.byCodePoint(left)} ${order} ${asRead(right)}`)
    const isExact = left.exact && right.exact
    return atom(`${isExact ? left.text : `${left.text} COLLATE BINARY`} ${order} ${right.text}`)
  }

  /** LIKE would ignore the case of letters. A range does not, and an index serves it. */
  override startsWithValue(of: SqlTextOperand, part: string, place: AddValue): Sql {
    const column = binary(of)
    const end = successor(part)
    const from = atom(`${column} >= ${place(part)}`)
    return end === undefined ? from : all([from, atom(`${column} < ${place(end)}`)])
  }

  // As bytes, whole texts are compared. As texts, `substr` and `length` end at a zero character.
  override startsWith(of: SqlTextOperand, part: SqlTextOperand): Sql {
    const start = asBytes(part)
    const found = atom(`substr(${asBytes(of)}, 1, length(${start})) = ${start}`)
    return part.kind === 'value' ? found : any([atEmpty(of, start), found])
  }

  override endsWith(of: SqlTextOperand, part: SqlTextOperand): Sql {
    const end = asBytes(part)
    const found = atom(`substr(${asBytes(of)}, -length(${end})) = ${end}`)
    // From position 0, substr returns the whole text.
    return part.kind === 'value' ? found : any([atEmpty(of, end), found])
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
    return atom(`instr(${asRead(of)}, ${asRead(part)}) > 0`)
  }
}

/** The maximum length of a list of texts that are looked up one by one, by an index. */
const shortList = 32

/** Returns a text in the form that the application reads. */
function asRead({ text, cut }: SqlTextOperand): string {
  return cut ? `substr(${text}, 1, length(${text}))` : text
}

/**
 * Returns the condition that a part is empty: every text begins and ends with it. `substr` returns
 * NULL for no bytes.
 */
function atEmpty(of: SqlTextOperand, part: string): Sql {
  return all([atom(`length(${part}) = 0`), atom(`${of.text} IS NOT NULL`)])
}

function asBytes(operand: SqlTextOperand): string {
  return `CAST(${asRead(operand)} AS BLOB)`
}

function binary({ text, exact }: SqlTextOperand): string {
  return exact ? text : `${text} COLLATE BINARY`
}

/** Returns the first text after all that begin with a value and a zero character. */
function behind({ text }: SqlTextOperand): string {
  return `${text} || char(1)`
}
