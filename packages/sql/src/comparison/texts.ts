import type { Span } from '@arcturus/core/internal/sql'
import { assertStorable, containing, type TextOperator } from '../column/columnTest.js'
import { refuseMixture } from '../column/refusals.js'
import { valueOperand } from '../dialects/standard.js'
import { all, type Sql } from '../sql.js'
import { type Columns, computed } from './columns.js'
import { presencesOf, present, type Value } from './value.js'
import type { ValueComparisons } from './withValue.js'

/** Writes tests of texts. */
export class TextTests {
  constructor(
    private readonly columns: Columns,
    private readonly values: ValueComparisons,
  ) {}

  /** Writes that a column's text contains a text of the policy, at its start, its end or anywhere. */
  contains(operator: TextOperator, of: Value, part: unknown, span: Span): Sql {
    const { column } = of
    if (part === null) return false
    const test = containing(column, operator, part, span)
    if (test) return this.values.holds(test, of)
    const operand = this.columns.textOperand(of, span)
    return present(
      this.columns.dialect[`${operator}Value`](operand, part as string, this.columns.textPlace(column)),
      of,
    )
  }

  /** Writes the same for the text of another column. */
  containsColumn(operator: TextOperator, of: Value, part: Value, span: Span): Sql {
    const found = this.columns.dialect[operator](
      this.columns.textOperand(of, span),
      this.columns.textOperand(part, span),
    )
    return all([found, ...presencesOf(of, part)])
  }

  /** Writes that a text of the policy contains a column's text. */
  isInValue(operator: TextOperator, of: unknown, part: Value, span: Span): Sql {
    if (of === null) return false
    if (typeof of !== 'string') return refuseMixture(part.column, span)
    assertStorable(of, 'in', span)
    const whole = valueOperand(this.columns.textPlace(part.column)(of))
    return present(this.columns.dialect[operator](whole, this.columns.textOperand(part, span)), part)
  }

  /** Concatenates texts. */
  concat(parts: readonly (Value | string)[], span: Span): Value {
    const operands = parts.map((one) =>
      typeof one === 'string'
        ? valueOperand(this.columns.dialect.asText(this.columns.parameter(one, computed)))
        : this.columns.textOperand(one, span),
    )
    const presence = all(parts.map((one) => (typeof one === 'string' ? true : one.presence)))
    return {
      text: this.columns.dialect.concat(operands),
      column: computed,
      presence,
      isNullWithoutRow: false,
      isComputed: true,
    }
  }
}
