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
    return #field in value && value.#field.kept ? value.#field.model : undefined
  }
}

/**
 * A reference that nobody keeps: the row with that key, or nil. It has no columns and no model, so that nothing takes it for the
 * one or the other; only its key can be compared.
 */
class DoubtfulReference extends ReferencedRow {
  readonly #reference: Reference

  constructor(field: RelationField, holder: string, key: readonly unknown[]) {
    super(field, holder)
    this.#reference = { model: field.model, columns: field.to, key }
  }

  static referenceOf(value: object): Reference | undefined {
    return #reference in value ? value.#reference : undefined
  }
}

/** What a reference that nobody keeps says: the row of the model with these values, if there is one. */
export interface Reference {
  readonly model: string
  readonly columns: readonly string[]
  readonly key: readonly unknown[]
}

/** Columns are named by the schema, which the compiler does not know. */
function columnsOf(row: object): Record<string, unknown> {
  return row as Record<string, unknown>
}

/**
 * The row that a to-one relation leads to, where the relation is not loaded but the foreign key is there: an object that has the
 * referenced columns alone, which is enough to compare it. Nil for a nil key. Where nobody keeps the reference, the object stands
 * for the row or for nil.
 * @param model - Name of the model that has the relation.
 * @returns undefined where the key is not known.
 */
export function referencedRow(object: object, model: string, field: RelationField): object | null | undefined {
  if (field.many || field.from.length === 0) return undefined
  const key: unknown[] = []
  let isNil = false
  for (const name of field.from) {
    const part = columnsOf(object)[name]
    if (part === undefined) return undefined
    isNil ||= part === null
    key.push(part)
  }
  if (isNil) return null
  if (!field.kept) return new DoubtfulReference(field, model, key)
  const row = new ReferencedRow(field, model)
  for (let at = 0; at < key.length; at++) columnsOf(row)[field.to[at]!] = key[at]
  return row
}

/** Name of the model of a row that is known by a foreign key alone; undefined where it may not be there. */
export function referencedModel(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? ReferencedRow.modelOf(value) : undefined
}

/** The relation that is not loaded, where a value came from its foreign key: what else it would have is not known. */
export function unloadedRelation(value: unknown): UnloadedRelation | undefined {
  return typeof value === 'object' && value !== null ? ReferencedRow.relationOf(value) : undefined
}

/** What is known of a value that is a row or nil; undefined for anything else. */
export function doubtfulReference(value: unknown): Reference | undefined {
  return typeof value === 'object' && value !== null ? DoubtfulReference.referenceOf(value) : undefined
}
