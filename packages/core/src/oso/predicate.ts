/** A call of a rule, which `query` accepts instead of text. */
export class Predicate {
  readonly name: string
  readonly args: unknown[]
  constructor(name: string, args: unknown[]) {
    this.name = name
    this.args = args
  }
}
