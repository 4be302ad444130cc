/** A call of a rule, as `query` takes it in the place of a text. */
export class Predicate {
  readonly name: string
  readonly args: readonly unknown[]
  constructor(name: string, args: readonly unknown[]) {
    this.name = name
    this.args = args
  }
}
