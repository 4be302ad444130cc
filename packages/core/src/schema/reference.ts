import type { RelationField } from './model.js'
import { tag } from './tags.js'

/** The relation that a row stands for, where it is known by its foreign key alone. */
export interface UnloadedRelation {
  readonly model: string
  readonly relation: string
}

/** A row of which only the columns are known that a foreign key refers to. */
class ReferencedRow {
  readonly #relation: UnloadedRelation

  constructor(columns: object, relation: UnloadedRelation) {
    this.#relation = relation
    Object.assign(this, columns)
  }

  static relationOf(value: object): UnloadedRelation | undefined {
    return #relation in value ? value.#relation : undefined
  }
}

/**
 * The row that a to-one relation leads to, where the relation is not loaded but the foreign key is there: an object that has the
 * referenced columns alone, which is enough to compare it. Nil for a nil key.
 * @param model - Name of the model that has the relation.
 * @returns undefined where the key is not known.
 */
export function referencedRow(object: object, model: string, field: RelationField): object | null | undefined {
  if (field.many || field.from.length === 0) return undefined
  // columns are named by the schema, which the compiler does not know
  const keys = field.from.map((name) => (object as Readonly<Record<string, unknown>>)[name])
  if (keys.some((key) => key === undefined)) return undefined
  if (keys.some((key) => key === null)) return null
  const columns = Object.fromEntries(field.to.map((name, index) => [name, keys[index]]))
  const row = new ReferencedRow(columns, { model, relation: field.name })
  tag(row, field.model)
  return row
}

/** The relation that is not loaded, where a value came from its foreign key: what else it would have is not known. */
export function unloadedRelation(value: unknown): UnloadedRelation | undefined {
  return typeof value === 'object' && value !== null ? ReferencedRow.relationOf(value) : undefined
}
