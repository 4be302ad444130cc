import { InvalidBodyError } from '../../errors.js'
import { isPlain } from '../../schema/adoption.js'
import type { RelationField } from '../../schema/model.js'
import type { Schema } from '../../schema/schema.js'
import { columnValue, invalidValue, plainCopy } from './columns.js'

/** Returns whether columns of the row say which row a relation leads to, and the row itself holds that reference. */
export function isFoundByColumns(schema: Schema, model: string, relation: RelationField): boolean {
  const { many, from, kept, heldIn } = relation
  if (many || from.length === 0) return false
  if (heldIn) return heldIn.length > 0
  // If the row's own key is compared, the other row may hold the reference. Then no database ensures it.
  return kept || !from.every((name) => schema.key(model)?.includes(name))
}

/** What data set a relation to one row to. */
export interface Reference {
  /** The values of the columns that the relation refers to; undefined for nil. */
  readonly key: ReadonlyMap<string, unknown> | undefined
  /** The row, if the data hold it. */
  readonly row: object | undefined
  /** A copy of the data. */
  readonly data: unknown
}

/**
 * Reads the value of a relation to one row: nil, the row itself, an object with its key (`{ id: 1 }`), or the forms of
 * Prisma (`{ connect: { id: 1 } }`, `{ disconnect: true }`).
 * @throws InvalidBodyError `invalid-value`, or `unsupported-write` for other operations.
 */
export function readReference(schema: Schema, model: string, relation: RelationField, value: unknown): Reference {
  if (value === null) return { key: undefined, row: undefined, data: null }
  if (typeof value !== 'object' || Array.isArray(value))
    throw invalidValue(model, relation.name, 'must be a row, or an object with its key')
  if (schema.modelOf(value)) return rowReference(schema, model, relation, value)
  if (!isPlain(value)) throw invalidValue(model, relation.name, `must be a row of ${relation.model}`)
  const data = plainCopy(value, (one) => one)
  const names = Object.keys(data)
  if (names.length === 1 && names[0] === 'disconnect' && data['disconnect'] === true)
    return { key: undefined, row: undefined, data }
  if (names.length === 1 && names[0] === 'connect') {
    const [key, copy] = readKey(schema, model, relation, data['connect'])
    return { key, row: undefined, data: { connect: copy } }
  }
  const [key, copy] = readKey(schema, model, relation, data)
  return { key, row: undefined, data: copy }
}

function rowReference(schema: Schema, model: string, relation: RelationField, row: object): Reference {
  const own = schema.modelOf(row)!.name
  if (!schema.isSubclass(own, relation.model))
    throw invalidValue(model, relation.name, `must be a row of ${relation.model}, not of ${own}`)
  const key = new Map<string, unknown>()
  for (const name of relation.to) {
    const part: unknown = Reflect.get(row, name)
    if (part === undefined || part === null)
      throw invalidValue(model, relation.name, `is a row without "${name}"`, 'save it first, or select its key')
    key.set(name, part)
  }
  return { key, row, data: row }
}

/** Reads the key of a related row. A compound key of Prisma is one object with the columns: `{ org_no: { org, no } }`. */
function readKey(
  schema: Schema,
  model: string,
  relation: RelationField,
  value: unknown,
): readonly [ReadonlyMap<string, unknown>, object] {
  const columns = relation.to.length > 0 ? relation.to : (schema.key(relation.model) ?? [])
  if (typeof value !== 'object' || value === null || !isPlain(value)) throw otherForm(model, relation, columns)
  const read = (of: object) =>
    plainCopy(of, (part, name) => {
      const field = schema.field(relation.model, name)
      if (!columns.includes(name)) throw otherForm(model, relation, columns)
      if (part === null || part === undefined) throw invalidValue(model, relation.name, `needs a value of "${name}"`)
      return columnValue(relation.model, name, field?.kind === 'scalar' ? field : undefined, part)
    })
  const outer = plainCopy(value, (one) => one)
  const [only, ...others] = Object.keys(outer)
  const inner = only === undefined || others.length > 0 || columns.length < 2 ? undefined : outer[only]
  const isCompound = typeof inner === 'object' && inner !== null && isPlain(inner) && !columns.includes(only!)
  const parts = read(isCompound ? inner : outer)
  if (!columns.every((name) => Object.hasOwn(parts, name))) throw otherForm(model, relation, columns)
  return [new Map(Object.entries(parts)), isCompound ? { [only!]: parts } : parts]
}

function otherForm(model: string, { name }: RelationField, columns: readonly string[]): InvalidBodyError {
  const summary = `${model}.${name} is written in a form that can't be judged without the database.`
  const key = columns.map((column) => `${column}: …`).join(', ')
  return new InvalidBodyError('unsupported-write', summary, {
    hint: columns.length > 0 ? `refer to the row by its key: { ${key} }` : 'set the row itself',
    data: { model, name },
  })
}
