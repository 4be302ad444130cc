/** A call of a rule, which `query` accepts instead of text. */
export class Predicate {
  readonly name: string
  readonly args: readonly unknown[]
  constructor(name: string, args: readonly unknown[]) {
    this.name = name
    this.args = args
  }
}
