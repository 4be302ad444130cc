import { markCareful, markPartial, tag } from '@arcturus/core'
import type { Tables } from '../where/tables.js'

/** Which models the rows of a result are of, down the relations that were asked for. */
interface Shape {
  readonly model: string
  readonly relations: readonly (readonly [field: string, shape: Shape, isPartial: boolean])[]
}

/** Operations whose result is a row or a list of rows. */
const rowOperations: ReadonlySet<string> = new Set([
  'findUnique',
  'findUniqueOrThrow',
  'findFirst',
  'findFirstOrThrow',
  'findMany',
  'create',
  'createManyAndReturn',
  'update',
  'updateManyAndReturn',
  'upsert',
  'delete',
])

/**
 * Remembers the models of the rows that a query gave, nested ones too; the rows are left as they are.
 * @param path - the fluent calls that led to the result (`['select', 'documents']`), where Prisma tells them
 */
export function tagRows(
  tables: Tables,
  model: string,
  operation: string,
  args: unknown,
  path: unknown,
  result: unknown,
): void {
  if (!rowOperations.has(operation)) return
  const shape = fluent(shapeOf(tables, model, args), path, result)
  if (shape) tagAll(result, shape)
}

function shapeOf(tables: Tables, model: string, args: unknown): Shape {
  const relations: [string, Shape, boolean][] = []
  for (const selection of ['include', 'select']) {
    const selected = get(args, selection)
    if (typeof selected !== 'object' || selected === null) continue
    for (const [name, inner] of Object.entries(selected)) {
      const field = inner ? tables.field(model, name) : undefined
      if (field?.kind === 'relation') relations.push([name, shapeOf(tables, field.model, inner), isPartial(inner)])
    }
  }
  return { model, relations }
}

/**
 * `user.findUnique(…).documents()` is a query for a user that selects its documents, and its result are the documents.
 * @returns undefined where it can't be told what the result is: then nothing is remembered of it
 */
function fluent(shape: Shape, path: unknown, result: unknown): Shape | undefined {
  if (!Array.isArray(path)) {
    // Not told: a result without the one relation that was selected is the relation.
    const only = shape.relations.length === 1 ? shape.relations[0]! : undefined
    const row: unknown = Array.isArray(result) ? result[0] : result
    if (!only || typeof row !== 'object' || row === null || only[0] in row) return shape
    return undefined
  }
  let at: Shape | undefined = shape
  // Each call is a pair: `select` or `include`, and the relation, which can have either name as well.
  for (const name of path.filter((_, index) => index % 2 === 1)) {
    at = at?.relations.find(([field]) => field === name)?.[1]
  }
  return at
}

/** Arguments that leave rows out of a relation. */
const limits = ['where', 'take', 'skip', 'cursor', 'distinct'] as const

function isPartial(args: unknown): boolean {
  return limits.some((name) => get(args, name) !== undefined)
}

/** @returns whether a relation of the rows, or of rows below them, was loaded in part */
function tagAll(value: unknown, shape: Shape): boolean {
  if (Array.isArray(value)) {
    let isAny = false
    for (const row of value) if (tagAll(row, shape)) isAny = true
    if (isAny) markCareful(value)
    return isAny
  }
  if (typeof value !== 'object' || value === null) return false
  tag(value, shape.model)
  let isPartialBelow = false
  for (const [field, inner, partial] of shape.relations) {
    if (tagAll(get(value, field), inner)) {
      markCareful(value)
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
