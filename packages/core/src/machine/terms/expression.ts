import type { Dict } from '../../values/dict.js'
import type { PolarOperator } from '../state/polarOperator.js'

/**
 * A tree of constraints on a variable that a solution does not bind, if the query accepts such
 * solutions.
 */
export class Expression {
  readonly operator: PolarOperator
  readonly args: unknown[]
  constructor(operator: PolarOperator, args: unknown[]) {
    this.operator = operator
    this.args = args
  }
}

/** The right side of `matches` in an `Expression`. */
export class Pattern {
  /** Name of the class; undefined for a pattern of fields alone. */
  readonly tag: string | undefined
  readonly fields: Dict
  constructor({ tag, fields }: { readonly tag?: string; readonly fields: Dict }) {
    this.tag = tag
    this.fields = fields
  }
}
