import { scalarFamilies } from '../../schema/families.js'
import type { Field, RelationField, ScalarField } from '../../schema/model.js'
import { isPartial } from '../../schema/partial.js'
import type { Schema } from '../../schema/schema.js'
import { tag } from '../../schema/tags.js'
import { isUuid } from '../../schema/uuid.js'
import type { Equality } from '../../values/equality.js'
import { agree } from '../../values/keyParts.js'
import { allKinds } from '../../values/kinds.js'
import { copyOf, setOwn } from './columns.js'
import type { RowData } from './data.js'
import { isFoundByColumns, type Reference } from './reference.js'
import type { RowChange } from './rowChange.js'

/**
 * Returns the change of a row by data. The row after is a copy with the new values. A relation whose columns change is
 * missing in it, so that it is loaded by its new reference.
 */
export function rowAfter(
  schema: Schema,
  equality: Equality | undefined,
  model: string,
  before: object,
  { columns, references, fields: set }: Pick<RowData, 'columns' | 'references' | 'fields'>,
): RowChange {
  const after = copyOf(before)
  const fields = schema.fields(model)
  const how = { schema, kinds: allKinds, equality }
  const changed = new Map(
    [...columns].filter(([name, value]) => value === null || agree(how, Reflect.get(before, name), value) !== true),
  )
  const changes = (names: readonly string[]): boolean => names.some((name) => changed.has(name))
  const replaced = new Set<string>()
  const unknown = new Set<string>()
  for (const field of fields) {
    if (field.kind !== 'relation') continue
    const { name } = field
    const held: unknown = Object.getOwnPropertyDescriptor(before, name)?.value
    // It is loaded anew, since a copy of the row would not show that it was loaded in part.
    if (isPartial(before, name, held)) Reflect.deleteProperty(after, name)
    if (references.has(name)) continue
    if (isFoundByColumns(schema, model, field)) {
      if (!changes(field.from)) continue
      replaced.add(name)
      Reflect.deleteProperty(after, name)
    } else if (mayChange(schema, model, field, changed)) {
      unknown.add(name)
      Reflect.deleteProperty(after, name)
    }
  }
  for (const [name, value] of columns) setOwn(after, name, value)
  for (const [name, reference] of references) {
    replaced.add(name)
    setReference(after, fields.find((field) => field.name === name)!, reference)
  }
  if (schema.modelOf(after)?.name !== model) tag(after, model)
  return { model, before, after, set, replaced, unknown }
}

/** Sets a relation of a row to its value in the data. */
export function setReference(row: object, field: Field, { key, row: related }: Reference): void {
  // Sound: only relations have references.
  const relation = field as RelationField
  if (!key || related) setOwn(row, relation.name, related ?? null)
  // It is read by the columns, which have the key now.
  else if (relation.from.length > 0) Reflect.deleteProperty(row, relation.name)
  else {
    const known = Object.fromEntries(key)
    tag(known, relation.model)
    setOwn(row, relation.name, known)
  }
}

/**
 * Returns whether a change may replace the rows of a relation in a way that the schema does not tell: it has the
 * column that holds the reference, or the key by which other rows refer to the row.
 */
function mayChange(
  schema: Schema,
  model: string,
  relation: RelationField,
  changed: ReadonlyMap<string, unknown>,
): boolean {
  const key = relation.from.length > 0 ? relation.from : (schema.key(model) ?? [])
  if (key.some((name) => changed.has(name))) return true
  return !relation.many && relation.from.length === 0 && mayHold(schema, model, relation, changed)
}

/** Returns whether one of some columns may hold the reference of a relation to one row whose columns are not known. */
export function mayHold(
  schema: Schema,
  model: string,
  { model: other, heldIn }: RelationField,
  columns: ReadonlyMap<string, unknown>,
): boolean {
  if (heldIn) return heldIn.some((name) => columns.has(name))
  const target = schema.key(other)
  // Rows without a key are part of the row: no column refers to them.
  if (!target) return false
  const types = target.map((name) => schema.field(other, name))
  return [...columns].some(([name, value]) => types.some((type) => mayRefer(schema.field(model, name), value, type)))
}

/** Returns whether a value of a column may be a part of a key. */
function mayRefer(column: Field | undefined, value: unknown, key: Field | undefined): boolean {
  if (column && column.kind !== 'scalar') return false
  const [own, other] = [familyOf(column), familyOf(key?.kind === 'scalar' ? key : undefined)]
  if (own === undefined || other === undefined) return true
  if (own !== other || own === 'boolean' || own === 'date') return false
  return (
    value === null || !(key?.kind === 'scalar' && key.type === 'uuid' && typeof value === 'string' && !isUuid(value))
  )
}

function familyOf(field: ScalarField | undefined) {
  return field && scalarFamilies[field.type]
}
