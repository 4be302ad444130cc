import type { RelationField } from './model.js'

/** The relation that a row stands for, where it is known by its foreign key alone. */
export interface UnloadedRelation {
  readonly model: string
  readonly relation: string
}

/** A row of which only the columns are known that a foreign key refers to. */
class ReferencedRow {
  readonly #relation: UnloadedRelation
  readonly #model: string

  constructor(field: RelationField, keys: readonly unknown[], relation: UnloadedRelation) {
    this.#relation = relation
    this.#model = field.model
    // columns are named by the schema, which the compiler does not know
    const columns = this as unknown as Record<string, unknown>
    for (let at = 0; at < keys.length; at++) columns[field.to[at]!] = keys[at]
  }

  static relationOf(value: object): UnloadedRelation | undefined {
    return #relation in value ? value.#relation : undefined
  }

  static modelOf(value: object): string | undefined {
    return #model in value ? value.#model : undefined
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
  return new ReferencedRow(field, keys, { model, relation: field.name })
}

/** Name of the model of a row that is known by a foreign key alone. */
export function referencedModel(value: object): string | undefined {
  return ReferencedRow.modelOf(value)
}

/** The relation that is not loaded, where a value came from its foreign key: what else it would have is not known. */
export function unloadedRelation(value: unknown): UnloadedRelation | undefined {
  return typeof value === 'object' && value !== null ? ReferencedRow.relationOf(value) : undefined
}
