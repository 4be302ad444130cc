import { ArgumentError } from '../errors.js'
import type { RelationField } from '../schema/model.js'
import { arePartial } from '../schema/partial.js'
import { unloadedRelation } from '../schema/reference.js'
import type { Schema } from '../schema/schema.js'
import { Fault } from './fault.js'
import { agree, type KeyMeaning } from './keyParts.js'
import { allKinds } from './kinds.js'
import { isThenable } from './thenable.js'

/** A relation to at most one row, whose columns say which row that is. */
export type Link = Pick<RelationField, 'from' | 'to' | 'kept'>

/** Returns whether the columns of a field say which row it holds. */
export function isLink(field: { readonly kind: string } | undefined): field is RelationField {
  // Sound: fields of this kind are relations.
  const { kind, many, from } = (field ?? {}) as Partial<RelationField>
  return kind === 'relation' && !many && from!.length > 0
}

/**
 * Returns whether a relation holds the row that the columns of its holder refer to, or a list only rows that refer to
 * its holder. If an application copies a row with another key, or changes the key, the relation that was loaded before
 * still holds the old rows.
 * @returns undefined if nothing compares the columns.
 */
export function isLinked(
  how: KeyMeaning,
  { from, to, kept }: Link,
  holder: object,
  value: unknown,
): boolean | undefined {
  if (value === null) return !kept || from.some((name) => (columnOf(holder, name) ?? null) === null)
  // A row that is known by its key alone was made of these columns.
  if (typeof value !== 'object' || isThenable(value) || unloadedRelation(value)) return true
  if (Array.isArray(value)) return areLinked(how, { from: to, to: from, kept }, value, holder)
  let linked: boolean | undefined = true
  for (let at = 0; at < from.length; at++) {
    const same = agree(how, columnOf(holder, from[at]!), columnOf(value, to[at]!))
    if (same === false) return false
    linked &&= same
  }
  return linked
}

/** Returns whether all rows of a list refer to one row. */
function areLinked(how: KeyMeaning, link: Link, rows: readonly unknown[], row: object): boolean | undefined {
  let linked: boolean | undefined = true
  for (const one of rows) {
    if (typeof one !== 'object' || one === null) continue
    const same = isLinked(how, link, one, row)
    if (same === false) return false
    linked &&= same
  }
  return linked
}

/** Returns whether columns show at once that a relation holds the row that they refer to. */
export function agreeAtSight({ from, to, kept }: Link, holder: object, value: object | null): boolean {
  if (value === null) return !kept || columnOf(holder, from[0]!) === null
  for (let at = 0; at < from.length; at++) if (columnOf(value, to[at]!) !== columnOf(holder, from[at]!)) return false
  return true
}

/** Returns the error for a relation that holds another row than the columns of its holder refer to. */
export function staleRelation(
  model: string,
  { name, from, to }: RelationField,
  holder: object,
  value: object | null,
): Fault {
  const isList = Array.isArray(value)
  const shown = (row: object, columns: readonly string[]): string =>
    columns.map((column) => `${column} is ${textOf(columnOf(row, column))}`).join(', ')
  const held = value === null ? 'is nil' : isList ? `holds rows of others` : `holds the row whose ${shown(value, to)}`
  return new Fault('stale-relation', `The relation "${name}" of ${model} ${held}, but ${shown(holder, from)}.`, {
    hint: 'leave the relation out of a row with another key, or load it anew',
    data: { model, relation: name, value: holder },
  })
}

/**
 * Asserts that a row that was loaded for a relation is the one that the relation's columns refer to. A loader can have
 * found it by the key of their holder, whose reference may have been changed in memory.
 * @throws Fault `stale-relation`.
 */
export function assertFound(schema: Schema, model: string, field: RelationField, holder: object, row: object): void {
  if (isLinked({ schema, kinds: allKinds, equality: undefined }, field, holder, row) !== false) return
  const isFound = field.from.every((name, at) => areForms(columnOf(holder, name), columnOf(row, field.to[at]!)))
  if (!isFound) throw staleRelation(model, field, holder, row)
}

/** Returns whether a database may find a value by another form: a UUID in capitals, or a day by one of its times. */
function areForms(one: unknown, other: unknown): boolean {
  const formOf = (value: unknown): unknown =>
    value instanceof Date
      ? value.toISOString().slice(0, 10)
      : typeof value === 'string'
        ? value.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
        : value
  return one === undefined || other === undefined || formOf(one) === formOf(other)
}

/**
 * Asserts that a relation of a row holds the rows that its columns refer to.
 * @param model - The name of the row's model.
 * @throws ArgumentError `stale-relation`.
 */
export function assertLinks(
  schema: Schema,
  model: string,
  field: RelationField,
  holder: object,
  value: object | null,
): void {
  // A filter may have left the row out: the relation counts as not loaded then.
  if (field.from.length === 0 || (value === null && arePartial())) return
  if (isLinked({ schema, kinds: allKinds, equality: undefined }, field, holder, value) !== false) return
  const { code, summary, details } = staleRelation(model, field, holder, value)
  throw new ArgumentError(code, summary, details)
}

/** Returns the relations of this name whose columns say which row they hold, of a model and of those that extend it. */
export function linksNamed(schema: Schema, model: string | undefined, name: string): readonly RelationField[] {
  const models = model === undefined ? schema.models.keys() : schema.descendants(model)
  return [...new Set([...models].map((one) => schema.field(one, name)))].filter(isLink)
}

/** Returns the relations of a model's rows for which a column says which row they hold. */
export function linksBy(schema: Schema, model: string, column: string): readonly RelationField[] {
  const fields = schema.ancestors(model).flatMap((one) => [...schema.models.get(one)!.fields.values()])
  return fields.filter((field): field is RelationField => isLink(field) && field.from.includes(column))
}

/** Returns a part of a key on one line: keys can be texts that users chose. */
function textOf(part: unknown): string {
  return typeof part === 'string' ? JSON.stringify(part) : String(part ?? 'nil')
}

/** Sound: the schema names the columns, and the compiler does not know them. */
function columnOf(row: object, name: string): unknown {
  return (row as Readonly<Record<string, unknown>>)[name]
}
