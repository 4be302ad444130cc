/** A call of a rule, which `query` accepts instead of text. */
export class Predicate {
  constructor(
    readonly name: string,
    readonly args: unknown[],
  ) {}
}
