import { Dict } from '../../values/dict.js'
import type { QuestionRelations } from './questionRelations.js'

/**
 * Loads the rows among values, and in their lists and dictionaries, that are known by their keys
 * alone: code of the application receives whole rows. Returns undefined if there are none.
 */
export function wholeRows(
  relations: QuestionRelations,
  values: readonly unknown[],
  known: Map<unknown, Promise<unknown> | undefined> = new Map(),
): Promise<unknown[]> | undefined {
  const loaded = values.map((value) => {
    // Lists that share lists, or hold themselves, have far more paths than elements.
    if (typeof value !== 'object' || value === null || known.has(value)) return known.get(value)
    known.set(value, undefined)
    const own = whole(relations, value, known)
    known.set(value, own)
    return own
  })
  if (loaded.every((one) => one === undefined)) return undefined
  return Promise.all(loaded.map((one, at) => one ?? values[at]))
}

function whole(
  relations: QuestionRelations,
  value: object,
  known: Map<unknown, Promise<unknown> | undefined>,
): Promise<unknown> | undefined {
  if (Array.isArray(value)) return wholeRows(relations, value, known)
  if (!(value instanceof Dict)) return relations.rowOf(value)
  const names = Object.keys(value)
  return wholeRows(relations, Object.values(value), known)?.then(
    (rows) => new Dict(Object.fromEntries(names.map((name, at) => [name, rows[at]]))),
  )
}
