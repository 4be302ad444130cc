/**
 * A tree of constraints on a variable that a solution does not bind, if the query accepts such
 * solutions.
 */
export class Expression {
  /**
   * For example `And`, `Or`, `Not`, `Unify`, `Eq`, `Neq`, `Lt`, `Leq`, `Gt`, `Geq`, `In`, `Isa`,
   * `Dot`, `Add`.
   */
  readonly operator: string
  readonly args: readonly unknown[]
  constructor(operator: string, args: readonly unknown[]) {
    this.operator = operator
    this.args = args
  }
}

/** The right side of `matches` in an `Expression`. */
export class Pattern {
  /** Name of the class; undefined for a pattern of fields alone. */
  readonly tag: string | undefined
  readonly fields: Readonly<Record<string, unknown>>
  constructor(tag: string | undefined, fields: Readonly<Record<string, unknown>>) {
    this.tag = tag
    this.fields = fields
  }
}
