/**
 * The rows of another class that belong to an instance: their `otherField` equals its `myField`.
 */
export class Relation {
  constructor(
    readonly kind: 'one' | 'many',
    /** The name under which the other class is registered. */
    readonly otherType: string,
    readonly myField: string,
    readonly otherField: string,
  ) {}
}
