import { InvalidBodyError } from '../../errors.js'
import { didYouMean } from '../../language/didYouMean.js'
import type { RelationField } from '../../schema/model.js'
import type { Schema } from '../../schema/schema.js'
import { tag } from '../../schema/tags.js'
import { agree } from '../../values/keyParts.js'
import { allKinds } from '../../values/kinds.js'
import { columnValue, copyOf, invalidValue, isStored, setOwn } from './columns.js'
import { isFoundByColumns, type Reference, readReference } from './reference.js'

/** The data of one row that is written, read once. */
export interface RowData {
  /** The values of columns, also of those that relations in the data set. */
  readonly columns: ReadonlyMap<string, unknown>
  /** The relations to one row. */
  readonly references: ReadonlyMap<string, Reference>
  /** The fields that the data write: by their names, and by the columns of their relations. */
  readonly fields: ReadonlySet<string>
  /** A copy of the data, as they were read. */
  readonly data: Record<string, unknown>
}

/** Reads a relation in its own way; returns the copy of its data, or undefined to have it read as a reference. */
export type ReadRelation = (relation: RelationField, value: unknown) => { readonly data: unknown } | undefined

/**
 * Copies the data of a row. Each property is read once, and the copy is what callers write.
 * @param like - The row, or a new object of its class. The model need not declare all its fields.
 * @param readRelation - Reads the relations of a new row. Default: the row exists.
 * @throws InvalidBodyError `unknown-column`, `invalid-value`, `unsupported-write`.
 */
export function readData(
  schema: Schema,
  model: string,
  input: unknown,
  like: object,
  readRelation?: ReadRelation,
): RowData {
  assertData(model, input)
  const columns = new Map<string, unknown>()
  const references = new Map<string, Reference>()
  const fields = new Set<string>()
  const data: Record<string, unknown> = {}
  const set = (name: string, value: unknown): void => {
    if (columns.has(name) && agree({ schema, kinds: allKinds, equality: undefined }, columns.get(name), value) !== true)
      if (columns.get(name) !== null || value !== null)
        throw invalidValue(model, name, 'has two values in the same data', 'write the column or its relation, not both')
    columns.set(name, value)
  }
  for (const name of Object.keys(input)) {
    const value: unknown = Reflect.get(input, name)
    const field = schema.field(model, name)
    if (!field) assertColumn(schema, model, name, like, readRelation !== undefined)
    fields.add(name)
    if (field?.kind !== 'relation') {
      assertNoAccessor(model, name, like)
      const copy = field ? columnValue(model, name, field, value) : undeclared(schema, model, name, like, value)
      // A policy that reads a value which only the database knows gets an error.
      set(name, field?.keeps && copy !== null && isStored(field, copy) !== true ? undefined : copy)
      setOwn(data, name, copy)
      continue
    }
    const own = readRelation?.(field, value)
    if (own) {
      setOwn(data, name, own.data)
      if (isFoundByColumns(schema, model, field)) for (const column of field.from) fields.add(column)
      continue
    }
    if (value === undefined) throw invalidValue(model, name, 'must not be undefined', 'omit it, or write null')
    if (field.many) throw listOfRows(model, name, field.inverse === null)
    const reference = isPart(schema, field)
      ? readPart(schema, model, field, value, Reflect.get(like, name))
      : readReference(schema, model, field, value)
    if (!reference.key) assertOptional(schema, model, field)
    references.set(name, reference)
    setOwn(data, name, reference.data)
    for (const [column, part] of columnsOf(schema, model, field, reference)) {
      fields.add(column)
      set(column, part)
    }
  }
  return { columns, references, fields, data }
}

/** Returns whether a relation leads to columns of the row itself, which its class keeps in an object of their own. */
function isPart(schema: Schema, { many, nullable, model, heldIn }: RelationField): boolean {
  return !many && !nullable && heldIn?.length === 0 && !schema.key(model) && !schema.models.get(model)?.class
}

/** Reads data of such columns. Those that are not in the data stay as they are. */
function readPart(schema: Schema, model: string, field: RelationField, value: unknown, before: unknown): Reference {
  const part = typeof before === 'object' && before !== null ? copyOf(before) : {}
  const { columns, references, data } = readData(schema, field.model, value, part)
  if (references.size > 0) throw listOfRows(model, field.name)
  for (const [name, column] of columns) setOwn(part, name, column)
  tag(part, field.model)
  return { key: new Map(), row: part, data }
}

/** Returns the own columns that a reference writes, with their values. */
function columnsOf(
  schema: Schema,
  model: string,
  { from, to }: RelationField,
  { key }: Reference,
): readonly (readonly [column: string, value: unknown])[] {
  return from.flatMap((column, at) => {
    const field = schema.field(model, column)
    const known = field?.kind === 'scalar' ? field : undefined
    if (key) return [[column, columnValue(model, column, known, key.get(to[at]!))] as const]
    // A column that can't be nil belongs to another reference too.
    return known?.nullable === false ? [] : [[column, null] as const]
  })
}

/** Reads a field that the model does not declare. A row is kept, and only a row replaces a row. */
function undeclared(schema: Schema, model: string, name: string, like: object, value: unknown): unknown {
  const isRow = (one: unknown): boolean => typeof one === 'object' && one !== null && schema.modelOf(one) !== undefined
  if (isRow(value)) return value
  if (value !== null && isRow(Reflect.get(like, name))) throw invalidValue(model, name, 'must be a row')
  return columnValue(model, name, undefined, value)
}

function assertOptional(schema: Schema, model: string, { name, nullable, from }: RelationField): void {
  const isFixed = (column: string): boolean => {
    const field = schema.field(model, column)
    return field?.kind === 'scalar' && !field.nullable
  }
  if (nullable && (from.length === 0 || !from.every(isFixed))) return
  throw invalidValue(model, name, "can't be nil")
}

function assertData(model: string, input: unknown): asserts input is object {
  const isList = Array.isArray(input)
  const isIterable = typeof input === 'object' && input !== null && Symbol.iterator in input
  if (typeof input === 'object' && input !== null && !isList && !isIterable && !('then' in input)) return
  throw new InvalidBodyError('invalid-argument', `The data of ${model} must be an object whose keys are field names.`, {
    hint: isIterable && !isList ? 'convert it: Object.fromEntries(data)' : undefined,
    data: { data: input },
  })
}

/** Asserts that a field that the model does not declare is one of the row's own. */
function assertColumn(schema: Schema, model: string, name: string, like: object, isNew: boolean): void {
  const { closed } = schema.models.get(model)!
  const isHarmless = !Object.hasOwn(Object.prototype, name)
  if (!closed && isHarmless && (name in like ? typeof Reflect.get(like, name) !== 'function' : isNew)) return
  const near = didYouMean(
    name,
    schema.fields(model).map((field) => field.name),
  )
  throw new InvalidBodyError('unknown-column', `${model} has no column "${name}".`, {
    hint: near ? `did you mean "${near}"?` : undefined,
    data: { model, name },
  })
}

/** Throws if a column is a getter or setter of the class: a policy would read another value than the data set. */
function assertNoAccessor(model: string, name: string, like: object): void {
  for (let at: object | null = like; at; at = Object.getPrototypeOf(at) as object | null) {
    const own = Object.getOwnPropertyDescriptor(at, name)
    if (own?.get || own?.set)
      throw new InvalidBodyError(
        'unknown-column',
        `${model}.${name} is computed by its class, so it can't be written.`,
        {
          hint: 'write the columns that it is computed from',
          data: { model, name },
        },
      )
    if (own) return
  }
}

/** @param isJoined - Whether a join table holds the references. */
function listOfRows(model: string, name: string, isJoined = false): InvalidBodyError {
  const way = isJoined
    ? 'authorize an update of both rows'
    : 'authorize the change of each row that holds the reference'
  return new InvalidBodyError('unsupported-write', `${model}.${name} leads to rows that are changed themselves.`, {
    hint: `${way}, or write by the authorized client of your ORM`,
    data: { model, name },
  })
}
