import type { RelationField } from './model.js'

/** The relation that a row stands for, where it is known by its foreign key alone. */
export interface UnloadedRelation {
  readonly model: string
  readonly relation: string
}

/** A row of which only the columns are known that a foreign key refers to. */
class ReferencedRow {
  readonly #field: RelationField
  readonly #holder: string

  /** @param holder - Name of the model that has the field. */
  constructor(field: RelationField, holder: string) {
    this.#field = field
    this.#holder = holder
  }

  static relationOf(value: object): UnloadedRelation | undefined {
    return #field in value ? { model: value.#holder, relation: value.#field.name } : undefined
  }

  static modelOf(value: object): string | undefined {
    return #field in value ? value.#field.model : undefined
  }
}

/** Columns are named by the schema, which the compiler does not know. */
function columnsOf(row: object): Record<string, unknown> {
  return row as Record<string, unknown>
}

/**
 * The row that a to-one relation leads to, where the relation is not loaded but the foreign key is there: an object that has the
 * referenced columns alone, which is enough to compare it. Nil for a nil key.
 * @param model - Name of the model that has the relation.
 * @returns undefined where the key is not known.
 */
export function referencedRow(object: object, model: string, field: RelationField): object | null | undefined {
  if (field.many || field.from.length === 0) return undefined
  const row = new ReferencedRow(field, model)
  let isNil = false
  for (let at = 0; at < field.from.length; at++) {
    const key = columnsOf(object)[field.from[at]!]
    if (key === undefined) return undefined
    isNil ||= key === null
    columnsOf(row)[field.to[at]!] = key
  }
  return isNil ? null : row
}

/** Name of the model of a row that is known by a foreign key alone. */
export function referencedModel(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? ReferencedRow.modelOf(value) : undefined
}

/** The relation that is not loaded, where a value came from its foreign key: what else it would have is not known. */
export function unloadedRelation(value: unknown): UnloadedRelation | undefined {
  return typeof value === 'object' && value !== null ? ReferencedRow.relationOf(value) : undefined
}
