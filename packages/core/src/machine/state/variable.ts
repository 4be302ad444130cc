/** A variable as the API sees it: an argument that a query is to find, or one that a solution leaves open. */
export class Variable {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** The end of a list that a solution leaves open: `[1, *rest]`. */
export class RestVariable {
  /** Its name; called so in the library `oso`. */
  readonly RestVariable: string
  constructor(name: string) {
    this.RestVariable = name
  }
}
