import { InvalidBodyError } from '../../errors.js'
import { isPlain } from '../../schema/adoption.js'
import type { Field, RelationField } from '../../schema/model.js'
import type { Schema } from '../../schema/schema.js'
import { tag } from '../../schema/tags.js'
import { invalidValue, plainCopy, setOwn } from './columns.js'
import { type ReadRelation, type RowData, readData } from './data.js'
import { isFoundByColumns } from './reference.js'
import { mayHold, setReference } from './rowAfter.js'
import type { RowChange } from './rowChange.js'

/** A row that a statement creates, with the fields that its data write. */
export interface NewRow {
  readonly change: RowChange
  readonly fields: ReadonlySet<string>
}

/** The rows that a statement creates, the outermost first, and a copy of the data to write. */
export interface Creation {
  readonly rows: readonly NewRow[]
  readonly data: Record<string, unknown>
}

/** The row that contains nested data, and the relation that leads to them. */
interface Parent {
  readonly row: object
  readonly model: string
  readonly relation: RelationField
}

/**
 * Returns the rows that data create: the row itself, and those of nested creates in the forms of Prisma
 * (`{ create: … }`, `{ createMany: { data: […] } }`).
 *
 * A new row has the initial values of its schema. A value that the database makes is missing, so that a policy that
 * reads it gets an error. The row has no rows of relations but those of the same data.
 * @throws InvalidBodyError, as `readData`.
 */
export function newRows(schema: Schema, model: string, input: unknown): Creation {
  const rows: NewRow[] = []
  return { data: newRow(schema, model, input, rows, undefined), rows }
}

function newRow(
  schema: Schema,
  model: string,
  input: unknown,
  rows: NewRow[],
  parent: Parent | undefined,
): Record<string, unknown> {
  const after = emptyRow(schema, model)
  const nested: (() => void)[] = []
  const inner: NewRow[] = []
  const readNested: ReadRelation = (relation, value) => {
    const creates = nestedIn(model, relation, value)
    if (!creates) return undefined
    const data: Record<string, unknown> = {}
    nested.push(() => {
      const held: object[] = []
      const create = (one: unknown): unknown => {
        const at = inner.length
        const copy = newRow(schema, relation.model, one, inner, { row: after, model, relation })
        held.push(inner[at]!.change.after)
        return copy
      }
      for (const [name, list] of creates) {
        const copies = Array.isArray(list) ? list.map(create) : create(list)
        setOwn(data, name, name === 'createMany' ? { data: copies } : copies)
      }
      setNested(schema, model, after, relation, held)
    })
    return { data }
  }
  const read = readData(schema, model, input, after, readNested)
  setRow(schema, model, after, read)
  if (parent) setParent(schema, model, after, read, parent)
  const unknown = new Set<string>()
  const set = read.fields
  const change: RowChange = { model, before: undefined, after, set, replaced: new Set(), unknown }
  rows.push({ change, fields: set })
  for (const each of nested) each()
  rows.push(...inner)
  fillIn(schema, model, after, parent, unknown)
  return read.data
}

function emptyRow(schema: Schema, model: string): object {
  const cls = schema.models.get(model)?.class as { readonly prototype?: object } | undefined
  const row = Object.create(cls?.prototype ?? Object.prototype) as object
  if (!cls) tag(row, model)
  return row
}

function setRow(schema: Schema, model: string, row: object, { columns, references }: RowData): void {
  for (const [name, value] of columns) setOwn(row, name, value)
  for (const [name, reference] of references) setReference(row, schema.field(model, name)!, reference)
}

/** Returns the nested creates of a relation's data; undefined if they refer to an existing row. */
function nestedIn(
  model: string,
  { name, many, from }: RelationField,
  value: unknown,
): readonly (readonly [operation: string, data: unknown])[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !isPlain(value)) return undefined
  const parts = Object.entries(plainCopy(value, (one) => one))
  const creates = parts.flatMap(([operation, data]): [string, unknown][] => {
    if (operation === 'create') return [[operation, many ? data : one(model, name, data)]]
    if (operation === 'createMany' && many) return [[operation, rowsOf(model, name, data)]]
    return []
  })
  if (creates.length === 0) return undefined
  if (from.length === 0)
    throw new InvalidBodyError(
      'unsupported-write',
      `No columns of the schema tell which rows ${model}.${name} holds.`,
      {
        hint: 'create these rows themselves, after this one',
        data: { model, name },
      },
    )
  if (creates.length === parts.length) return creates
  throw new InvalidBodyError('unsupported-write', `${model}.${name} mixes new rows with other operations.`, {
    hint: 'create the row first, and change the other rows themselves',
    data: { model, name },
  })
}

function one(model: string, name: string, data: unknown): unknown {
  if (!Array.isArray(data)) return data
  throw invalidValue(model, name, 'is one row, not a list')
}

function rowsOf(model: string, name: string, data: unknown): unknown {
  const parts = typeof data === 'object' && data !== null ? plainCopy(data, (part) => part) : {}
  const [only] = Object.keys(parts)
  if (only === 'data' && Object.keys(parts).length === 1) return [parts['data']].flat()
  throw new InvalidBodyError('unsupported-write', `The createMany of ${model}.${name} has other options than data.`, {
    data: { model, name },
  })
}

/** Links a row to the rows that are created with it. */
function setNested(schema: Schema, model: string, row: object, relation: RelationField, rows: readonly object[]): void {
  const [other] = rows
  setOwn(row, relation.name, relation.many ? rows : other)
  if (!isFoundByColumns(schema, model, relation)) return
  for (const [at, column] of relation.from.entries()) {
    const part: unknown = Reflect.get(other!, relation.to[at]!)
    if (part !== undefined) setOwn(row, column, part)
  }
}

/** Links a row to the row whose data contain it. */
function setParent(schema: Schema, model: string, row: object, { fields }: RowData, parent: Parent): void {
  const { relation } = parent
  if (relation.from.length === 0 || isFoundByColumns(schema, parent.model, relation)) return
  for (const column of relation.to)
    if (fields.has(column)) throw invalidValue(model, column, 'is set by the row that contains it', 'omit it')
  for (const [at, column] of relation.to.entries()) {
    const part: unknown = Reflect.get(parent.row, relation.from[at]!)
    if (part !== undefined) setOwn(row, column, part)
  }
  for (const field of schema.fields(model)) if (isInverse(field, parent)) setOwn(row, field.name, parent.row)
}

/** Returns whether a field is the other end of the relation that leads to its row. */
function isInverse(field: Field, { model, relation }: Parent): boolean {
  if (field.kind !== 'relation' || field.many || field.model !== model) return false
  return same(field.from, relation.to) && same(field.to, relation.from)
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, at) => name === right[at])
}

/** Gives a new row the values that its data do not contain. @param unknown - Receives the relations that it may have. */
function fillIn(schema: Schema, model: string, row: object, parent: Parent | undefined, unknown: Set<string>): void {
  const links = new Set<string>()
  for (const field of schema.fields(model)) {
    if (field.kind !== 'relation' || !isFoundByColumns(schema, model, field)) continue
    // The columns of a relation whose row is created with this one are its key.
    if (Object.hasOwn(row, field.name) || (parent && isInverse(field, parent)))
      for (const name of field.from) links.add(name)
  }
  const columns = new Map(Object.entries(row).filter(([, value]) => value !== null))
  for (const field of schema.fields(model)) {
    const { name } = field
    if (isSet(row, name) || links.has(name)) continue
    if (field.kind === 'relation') {
      if (field.many) setOwn(row, name, [])
      else if (field.nullable && !isFoundByColumns(schema, model, field)) {
        if (field.from.length === 0 && mayHold(schema, model, field, columns)) unknown.add(name)
        else setOwn(row, name, null)
      }
      continue
    }
    const { initial, nullable } = field
    if (initial === 'generated') continue
    if (initial) setOwn(row, name, initial.value)
    else if (nullable) setOwn(row, name, null)
  }
}

/** Returns whether a row or its class has a property. */
function isSet(row: object, name: string): boolean {
  return Object.hasOwn(row, name) || (name in row && !Object.hasOwn(Object.prototype, name))
}
