import type { Span } from '@arcturus/core/internal/sql'
import { refuseType } from '../column/refusals.js'
import { type AddValue, computedText, type SqlTextOperand, type StandardSql } from '../dialects/standard.js'
import type { SqlColumn } from '../tables.js'
import type { Value } from './value.js'

/** Adds a value of a column's type to the query and returns its placeholder. */
export type Parameter = (value: unknown, column: SqlColumn) => string

/** A computed text. */
export const computed: SqlColumn = { name: 'text', nullable: false, type: { kind: 'text', exact: true } }

/** Writes columns, and placeholders for the values that they are compared with. */
export class Columns {
  #isNegated = false

  constructor(
    readonly dialect: StandardSql,
    readonly parameter: Parameter,
  ) {}

  /** Writes a condition that will be negated. */
  negated<Result>(write: () => Result): Result {
    const before = this.#isNegated
    this.#isNegated = true
    try {
      return write()
    } finally {
      this.#isNegated = before
    }
  }

  /** Returns the placeholder function for values of a column. */
  place({ type, nullable, name }: SqlColumn): AddValue {
    const column: SqlColumn = { name, nullable, type }
    return (value) => (typeof value === 'boolean' ? this.dialect.boolean(value) : this.parameter(value, column))
  }

  /** Returns the placeholder function for lists of a column's values. */
  placeAll(column: SqlColumn): AddValue {
    const list: SqlColumn = { ...column, type: { kind: 'list', of: column.type, nullIsEmpty: false } }
    return (values) => this.parameter(values, list)
  }

  /** Returns the placeholder function for texts that are compared with a column as text. */
  textPlace(column: SqlColumn): AddValue {
    const { type } = column
    return this.place(type.kind === 'text' ? column : { ...column, type: { kind: 'text', exact: true } })
  }

  /** Returns a column of texts, or a computed text, as an operand. */
  textColumn(text: string, { type, identifies }: SqlColumn, isComputed = false): SqlTextOperand {
    if (type.kind !== 'text' || isComputed) return computedText(text)
    // The driver reads the text truncated. Equality with an indexed key compares the stored text,
    // so that the index is used. That finds too few rows, never too many, except under a negation.
    const isIndexed = identifies === true && !this.#isNegated
    const cut = type.cut ? (isIndexed ? 'but in equality' : 'always') : undefined
    return { text, kind: 'column', exact: type.exact, collation: type.collation, cut }
  }

  /** Returns a column of texts, of an enum or of UUIDs as a text. */
  textOperand({ text, column, isComputed }: Value, span: Span): SqlTextOperand {
    const { type } = column
    switch (type.kind) {
      case 'text':
        return this.textColumn(text, column, isComputed)
      case 'uuid':
      case 'form':
        return computedText(this.dialect.asText(text))
      case 'enum': {
        const renamed = [...type.values].some(([name, stored]) => name !== stored)
        if (!renamed) return computedText(this.dialect.asText(text))
        const [stored, named] = [this.place(column), this.textPlace(column)]
        const names = [...type.values].map(
          ([name, value]) => `WHEN ${stored(value)} THEN ${this.dialect.asText(named(name))}`,
        )
        return computedText(`CASE ${text} ${names.join(' ')} END`)
      }
      default:
        return refuseType(column, span)
    }
  }
}
