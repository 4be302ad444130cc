/**
 * The rows of another class that belong to an instance: their `otherField` equals its `myField`.
 */
export class Relation {
  readonly kind: 'one' | 'many'
  /** The name under which the other class is registered. */
  readonly otherType: string
  readonly myField: string
  readonly otherField: string

  constructor(kind: 'one' | 'many', otherType: string, myField: string, otherField: string) {
    this.kind = kind
    this.otherType = otherType
    this.myField = myField
    this.otherField = otherField
  }
}
