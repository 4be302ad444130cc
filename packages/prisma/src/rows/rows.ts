import { markLeadsToPartial, markPartial, setSource, tag } from '@arcturus/core/internal/prisma'
import { isArguments } from '../literal.js'
import { operationOf } from '../operations.js'
import type { PrismaRelation } from '../schema/schema.js'
import type { Tables } from '../schema/tables.js'

/** The models of the rows of a result, down the selected relations. */
interface Shape {
  readonly model: string
  readonly tables: Tables
  readonly relations: readonly (readonly [field: string, shape: Shape, isPartial: boolean])[]
  /**
   * To-one relations whose keys the database compares by a collation, and Prisma by their texts.
   */
  readonly collated: readonly PrismaRelation[]
}

/**
 * Records the models of the rows that a query returned, including nested ones, and which of their
 * relations are partial. The rows are not changed.
 * @param args - The arguments that were sent.
 * @param path - The fluent calls that led to the result (`['select', 'documents']`), if Prisma
 * passes them.
 * @param isProven - Whether no other extension is between these arguments and the rows. If one is,
 * every relation is partial.
 */
export function tagRows(
  tables: Tables,
  model: string,
  operation: string,
  args: unknown,
  path: unknown,
  result: unknown,
  isProven = true,
): void {
  if (!operationOf(operation).returns) return
  const shape = fluent(shapeOf(tables, model, args), path, result)
  if (!shape) return
  if (isProven) tagAll(result, shape)
  else tagDoubtful(result, shape.model, tables)
}

function shapeOf(tables: Tables, model: string, args: unknown): Shape {
  const relations: [string, Shape, boolean][] = []
  const collated: PrismaRelation[] = []
  for (const selection of ['include', 'select']) {
    const selected = get(args, selection)
    if (typeof selected !== 'object' || selected === null) continue
    for (const [name, inner] of Object.entries(selected)) {
      const field = inner ? tables.field(model, name) : undefined
      if (field?.kind !== 'relation') continue
      // Prisma finds fewer rows than the database if it joins the rows itself.
      relations.push([
        name,
        shapeOf(tables, field.model, inner),
        isPartial(inner) || (field.list && field.collated === true),
      ])
      if (!field.list && field.collated) collated.push(field)
    }
  }
  return { model, tables, relations, collated }
}

/**
 * Resolves the shape of a fluent call: `user.findUnique(…).documents()` is a query for a user that
 * selects its documents, and its result is the documents.
 * @returns undefined if the shape of the result is unknown: then nothing is recorded for it
 */
function fluent(shape: Shape, path: unknown, result: unknown): Shape | undefined {
  if (!Array.isArray(path)) {
    // The path is unknown. A result without the only selected relation is that relation.
    const only = shape.relations.length === 1 ? shape.relations[0]! : undefined
    const row: unknown = Array.isArray(result) ? result[0] : result
    if (!only || typeof row !== 'object' || row === null || only[0] in row) return shape
    return undefined
  }
  let at: Shape | undefined = shape
  // Each call is a pair: `select` or `include`, and the relation, which can have either name as
  // well.
  for (const name of path.filter((_, index) => index % 2 === 1)) {
    at = at?.relations.find(([field]) => field === name)?.[1]
  }
  return at
}

/** Arguments that leave no row out of a relation. */
const harmless: ReadonlySet<string> = new Set(['select', 'include', 'omit', 'orderBy'])

/**
 * Whether a relation can lack rows: any argument that is not known to be harmless may leave some
 * out.
 */
function isPartial(args: unknown): boolean {
  if (args === true) return false
  if (!isArguments(args)) return true
  for (const name in args) if (!harmless.has(name) && args[name] !== undefined) return true
  return false
}

/**
 * Tags rows that another extension may have changed: none of their relations is known to be
 * complete.
 */
function tagDoubtful(value: unknown, model: string, tables: Tables): void {
  if (Array.isArray(value)) for (const row of value) tagDoubtful(row, model, tables)
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return
  tag(value, model)
  setSource(value, tables)
  for (const field of tables.model(model)?.fields ?? []) {
    const held = field.kind === 'relation' ? get(value, field.name) : undefined
    if (field.kind !== 'relation' || held === undefined) continue
    tagDoubtful(held, field.model, tables)
    markPartial(value, field.name)
  }
}

/** @returns whether a relation of the rows, or of rows below them, was loaded in part */
function tagAll(value: unknown, shape: Shape): boolean {
  if (Array.isArray(value)) {
    let isAny = false
    for (const row of value) if (tagAll(row, shape)) isAny = true
    if (isAny) markLeadsToPartial(value)
    return isAny
  }
  if (typeof value !== 'object' || value === null) return false
  tag(value, shape.model)
  setSource(value, shape.tables)
  let isPartialBelow = false
  for (const { name, from, owner } of shape.collated) {
    if (get(value, name) !== null || (owner && from.some((column) => get(value, column) === null))) continue
    markPartial(value, name)
    isPartialBelow = true
  }
  for (const [field, inner, partial] of shape.relations) {
    if (tagAll(get(value, field), inner)) {
      markLeadsToPartial(value)
      isPartialBelow = true
    }
    if (!partial) continue
    markPartial(value, field)
    isPartialBelow = true
  }
  return isPartialBelow
}

function get(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined
}
