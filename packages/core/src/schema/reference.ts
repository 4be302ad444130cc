import type { RelationField } from './model.js'

/** The relation of a row that is known by its foreign key alone. */
export interface UnloadedRelation {
  readonly model: string
  readonly relation: string
}

/** A row with only those columns that a foreign key refers to. */
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
 * A reference that the database does not ensure: the row with that key, or nil.
 * It has no columns and no model, so that it is not used as a row or as nil. Only its key can be
 * compared.
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

/**
 * The contents of a reference that the database does not ensure: the row of the model with these
 * values, if it exists.
 */
export interface Reference {
  readonly model: string
  readonly columns: readonly string[]
  readonly key: readonly unknown[]
}

/** Sound: the schema names the columns, and the compiler does not know them. */
function columnsOf(row: object): Record<string, unknown> {
  return row as Record<string, unknown>
}

/**
 * Returns the row that a to-one relation leads to, if the relation is not loaded but its foreign
 * key is.
 * The result has only the referenced columns, which are enough to compare it. It is nil for a nil
 * key. If the database does not ensure the reference, the result represents the row or nil.
 * @param model - Name of the model that has the relation.
 * @returns undefined if the key is not known.
 */
export function referencedRow(object: object, model: string, field: RelationField): object | null | undefined {
  if (field.many || field.from.length === 0) return undefined
  if (!field.kept) return doubtfulRow(object, model, field)
  const row = new ReferencedRow(field, model)
  let isNil = false
  for (let at = 0; at < field.from.length; at++) {
    const part = columnsOf(object)[field.from[at]!]
    if (part === undefined) return undefined
    isNil ||= part === null
    columnsOf(row)[field.to[at]!] = part
  }
  return isNil ? null : row
}

/** As `referencedRow`, for a reference that the database does not ensure. */
function doubtfulRow(object: object, model: string, field: RelationField): object | null | undefined {
  const key = field.from.map((name) => columnsOf(object)[name])
  if (key.includes(undefined)) return undefined
  return key.includes(null) ? null : new DoubtfulReference(field, model, key)
}

/**
 * Returns the model of a row that is known by a foreign key alone; undefined if the row may not
 * exist.
 */
export function referencedModel(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? ReferencedRow.modelOf(value) : undefined
}

/**
 * Returns the unloaded relation of a value that came from a foreign key: its other columns are
 * unknown.
 */
export function unloadedRelation(value: unknown): UnloadedRelation | undefined {
  return typeof value === 'object' && value !== null ? ReferencedRow.relationOf(value) : undefined
}

/** Returns the reference that represents a row or nil; undefined for any other value. */
export function doubtfulReference(value: unknown): Reference | undefined {
  return typeof value === 'object' && value !== null ? DoubtfulReference.referenceOf(value) : undefined
}
