import type { RelationField } from '../../schema/model.js'
import type { Schema } from '../../schema/schema.js'
import type { Equality } from '../../values/equality.js'
import { allKinds } from '../../values/kinds.js'
import { isLink, isLinked } from '../../values/links.js'
import { sameRow } from '../../values/rows.js'
import { moves, type RowChange } from './rowChange.js'

/** Where a changed row is, seen from another row's relation. */
export type Membership = 'in' | 'out' | 'either'

/** Finds out which relations of other rows lead to the changed rows after the statement. */
export class Memberships {
  constructor(
    private readonly schema: Schema,
    private readonly equality: Equality | undefined,
  ) {}

  /**
   * Returns whether a relation of a row leads to a changed row after the statement.
   *
   * No row is its own witness: for a row that existed before, a row that the statement creates or moves is in none of its
   * collections. Under a negation that would allow more, so the result is `either`: both states have to be allowed.
   * @param isNew - Whether the statement creates the holder: its collections contain the rows that refer to it.
   * @param was - Whether the relation led to the row before.
   */
  of(change: RowChange, holder: object, relation: RelationField, isNew: boolean, was: boolean): Membership {
    // A change of columns changes no join table.
    if (relation.inverse === null) return was ? 'in' : 'out'
    const linked = this.#isLinked(change.after, holder, relation)
    if (isNew) return linked ? 'in' : 'out'
    // The schema does not say which reference of the row is the other end of the relation.
    if (relation.from.length === 0 && relation.inverse === undefined && was) return moves(change) ? 'either' : 'in'
    if (!linked) return 'out'
    return was ? 'in' : 'either'
  }

  /** Returns whether a row can be in a relation, by its model. */
  isOf(change: RowChange, relation: RelationField): boolean {
    return this.schema.isSubclass(change.model, relation.model) || this.schema.isSubclass(relation.model, change.model)
  }

  /** Returns whether two objects are the same row. A row without a complete key is only the same as itself. */
  isSame(left: object, right: object): boolean {
    return left === right || sameRow(this.schema, left, right, allKinds, this.equality) === true
  }

  #isLinked(row: object, holder: object, { from, to, kept, inverse }: RelationField): boolean {
    const known = from.length > 0 && to.every((name) => columnOf(row, name) !== undefined)
    if (!known) return this.#refersTo(row, holder, inverse)
    if (to.some((name) => columnOf(row, name) === null)) return false
    // A doubt counts as a link: then both states are asked.
    return isLinked(this.#how, { from, to, kept }, holder, row) !== false
  }

  /** Returns whether a to-one relation of a row leads to another row. @param name - The relation. Default: any. */
  #refersTo(row: object, other: object, name: string | null | undefined): boolean {
    const model = this.schema.baseOf(row)
    const to = this.schema.baseOf(other)
    if (!model || !to) return false
    return this.schema.fields(model.name).some((field) => {
      if (field.kind !== 'relation' || field.many || (name && field.name !== name)) return false
      if (this.schema.commonRows(field.model, to.name) === undefined) return false
      const held = Object.getOwnPropertyDescriptor(row, field.name)?.value as unknown
      if (typeof held === 'object' && held !== null) return this.isSame(held, other)
      return isLink(field) && held === undefined && this.#isKnownLink(field, row, other)
    })
  }

  #isKnownLink(field: RelationField, row: object, other: object): boolean {
    if (field.from.some((name) => (columnOf(row, name) ?? null) === null)) return false
    return isLinked(this.#how, field, row, other) !== false
  }

  get #how() {
    return { schema: this.schema, kinds: allKinds, equality: this.equality }
  }
}

/** Sound: the schema names the columns, and the compiler does not know them. */
export function columnOf(row: object, name: string): unknown {
  return (row as Readonly<Record<string, unknown>>)[name]
}
