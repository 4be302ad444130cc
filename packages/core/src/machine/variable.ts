/** A variable as the API sees it: an argument that a query is to find, or one that a solution leaves open. */
export class Variable {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}
