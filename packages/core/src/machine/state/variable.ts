/**
 * A variable of the API: an argument that a query has to find, or one that a solution leaves open.
 */
export class Variable {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** The end of a list that a solution leaves open: `[1, *rest]`. */
export class RestVariable {
  /** Its name; the library `oso` uses the same property. */
  readonly RestVariable: string
  constructor(name: string) {
    this.RestVariable = name
  }
}
