import { all, any, atom, type Sql } from '../sql.js'
import type { SqlType } from '../tables.js'
import {
  type AddValue,
  largestInteger,
  type Quotient,
  type SqlTextOperand,
  StandardSql,
  sameOrNull,
  valueOperand,
} from './standard.js'

export class PostgreSql extends StandardSql {
  override readonly values = 60_000
  // A recursive query may refer to itself once.
  override readonly recursesInParts = false
  override readonly overestimatesExists = true

  override same(left: string, right: string): Sql {
    // No index serves IS NOT DISTINCT FROM.
    return sameOrNull(left, right)
  }

  override differs(left: string, right: string): Sql {
    return atom(`${left} IS DISTINCT FROM ${right}`)
  }

  protected override readonly types = { double: 'double precision', text: 'text' }

  override readonly isNullForNaN = false

  override whole(number: string, most: bigint): string {
    return `CAST(${number} AS ${most <= largestInteger ? 'bigint' : 'numeric'})`
  }

  override quotient(dividend: string, divisor: string, isNegative: Sql): Quotient {
    const number = (name: string) => `CAST('${name}' AS double precision)`
    const isUp =
      typeof isNegative === 'boolean'
        ? `${dividend} ${isNegative ? '<' : '>'} 0`
        : `(${dividend} < 0) = (${isNegative.text})`
    return {
      text: `CASE WHEN ${divisor} <> 0 THEN ${dividend} / ${divisor} WHEN ${dividend} = 0 OR ${dividend} = ${number('NaN')} THEN ${number('NaN')} WHEN ${isUp} THEN ${number('Infinity')} ELSE ${number('-Infinity')} END`,
    }
  }

  override isNegativeZero(number: string): Sql {
    return atom(`CAST(${number} AS text) = '-0'`)
  }

  /** A custom type, such as citext, has its own operators. Cast to text, it has none of them. */
  override byCodePoint({ text, kind, exact }: SqlTextOperand): string {
    return kind === 'column' && !exact ? `CAST(${text} AS text) COLLATE "C"` : `${text} COLLATE "C"`
  }

  override textEquals(left: SqlTextOperand, right: SqlTextOperand): Sql {
    return this.#exactly(left, right, (one) => `${one} = ${right.text}`)
  }

  override textAmong(column: SqlTextOperand, values: readonly unknown[], _place: AddValue, placeAll: AddValue): Sql {
    const list = placeAll(values)
    return this.#exactly(column, valueOperand(list), (one) => `${one} = ANY(${list})`)
  }

  /**
   * Equal texts are equal in every collation, and an index serves the column's own collation. The
   * planner does not treat COALESCE as a second condition that reduces the rows.
   */
  #exactly(left: SqlTextOperand, right: SqlTextOperand, equals: (left: string) => string): Sql {
    const found = atom(equals(left.text))
    if (left.exact && right.exact) return found
    return all([found, atom(`COALESCE(${equals(this.byCodePoint({ ...left, exact: false }))}, FALSE)`)])
  }

  override textOrder(left: SqlTextOperand, order: string, right: SqlTextOperand): Sql {
    // The collation of one side is the collation of the comparison.
    return atom(`${this.byCodePoint(left)} ${order} ${right.text}`)
  }

  override among(column: string, _values: readonly unknown[], _place: AddValue, placeAll: AddValue): Sql {
    return atom(`${column} = ANY(${placeAll(_values)})`)
  }

  override startsWithValue(of: SqlTextOperand, part: string, place: AddValue): Sql {
    return this.#like(of, `${escaped(part)}%`, place)
  }

  override endsWithValue(of: SqlTextOperand, part: string, place: AddValue): Sql {
    return this.#like(of, `%${escaped(part)}`, place)
  }

  override includesValue(of: SqlTextOperand, part: string, place: AddValue): Sql {
    return this.#like(of, `%${escaped(part)}%`, place)
  }

  /** LIKE compares by code point, and some indexes serve it. In some collations it is an error. */
  #like(of: SqlTextOperand, pattern: string, place: AddValue): Sql {
    return atom(`${of.exact ? of.text : this.byCodePoint(of)} LIKE ${place(pattern)}`)
  }

  override startsWith(of: SqlTextOperand, part: SqlTextOperand): Sql {
    return atom(`starts_with(${this.byCodePoint(of)}, ${this.#asPlain(part)})`)
  }

  override endsWith(of: SqlTextOperand, part: SqlTextOperand): Sql {
    return atom(`right(${this.#asPlain(of)}, length(${part.text})) COLLATE "C" = ${part.text}`)
  }

  #asPlain({ text, kind, exact }: SqlTextOperand): string {
    return kind === 'column' && !exact ? this.asText(text) : text
  }

  override includes(of: SqlTextOperand, part: SqlTextOperand): Sql {
    return atom(`strpos(${this.byCodePoint(of)}, ${this.#asPlain(part)}) > 0`)
  }

  override nan(type: SqlType): string | undefined {
    if (type.kind === 'float') return `CAST('NaN' AS double precision)`
    return type.kind === 'decimal' ? `CAST('NaN' AS numeric)` : undefined
  }

  override isDate(date: string, type: SqlType, isBounded = false): Sql | undefined {
    const isText = type.kind === 'form' && type.name === 'date'
    if (!isText && type.kind !== 'date') return undefined
    if (type.kind === 'date' && !type.common)
      return isBounded ? undefined : any([atom(`${date} < '${afterLastDate(type)}'`), atom(`${date} = 'infinity'`)])
    return all([atom(`${date} >= '0001-01-01'`), atom(`${date} < '10000-01-01'`)])
  }

  override milliseconds(date: string): string {
    return `date_trunc('milliseconds', ${date})`
  }

  // A list of lists is an array of several dimensions, which any column of arrays can hold. PostgreSQL searches all of its
  // dimensions at once.

  override elements(list: string, alias: string) {
    return {
      table: `unnest(CASE WHEN array_ndims(${list}) = 1 THEN ${list} END) AS ${alias}(${this.quote('element')})`,
      column: `${alias}.${this.quote('element')}`,
    }
  }

  override inJson(json: string, item: SqlTextOperand, isCharacter: boolean | undefined): Sql {
    return any([
      all([this.isJson(json, 'List'), atom(`CAST(${json} AS jsonb) @> to_jsonb(CAST(${item.text} AS text))`)]),
      all([
        this.isJson(json, 'String'),
        isCharacter ?? atom(`char_length(${item.text}) = 1`),
        atom(`strpos(CAST(${json} AS jsonb) #>> '{}', ${item.text}) > 0`),
      ]),
    ])
  }

  override isJson(json: string, what: 'List' | 'String'): Sql {
    return atom(`jsonb_typeof(CAST(${json} AS jsonb)) = '${what === 'List' ? 'array' : 'string'}'`)
  }

  override has(list: string, item: string, isNull: boolean): Sql {
    // Searching several dimensions for null is an error.
    if (isNull) return atom(`CASE WHEN array_ndims(${list}) = 1 THEN array_position(${list}, NULL) IS NOT NULL END`)
    return all([atom(`${item} = ANY(${list})`), this.isList(list)])
  }

  override hasText(list: string, item: string): Sql {
    return all([atom(`${item} COLLATE "C" = ANY(${list})`), this.isList(list)])
  }

  override length(list: string): string {
    return `COALESCE(array_length(${list}, 1), 0)`
  }

  override isList(list: string): Sql {
    return atom(`COALESCE(array_ndims(${list}), 1) = 1`)
  }
}

/** Writes the first millisecond after JavaScript's last date, as a column of a type stores it. */
function afterLastDate({ wall }: Extract<SqlType, { kind: 'date' }>): string {
  const last = new Date(8.64e15)
  if (!wall) return '275760-09-13 00:00:00.001+00'
  const [hours, minutes] = [last.getHours(), last.getMinutes()].map((part) => String(part).padStart(2, '0'))
  return `275760-09-${last.getDate()} ${hours}:${minutes}:00.001`
}

function escaped(part: string): string {
  return part.replace(/[\\%_]/g, '\\$&')
}
