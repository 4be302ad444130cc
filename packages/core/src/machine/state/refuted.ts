import type { Callee } from './caller.js'
import type { Term } from './term.js'

/** By the predicate and the arguments, one after the other; a call that has failed leads to the end. */
type Table = Map<unknown, Table>

/**
 * The calls of recursive predicates that have failed in this query, once there have been many: asked again, they fail at once, so
 * that what leads to the same calls in many ways is not quadratic or worse.
 */
export class Refuted {
  readonly #calls: Table = new Map()

  has(predicate: Callee, args: readonly Term[]): boolean {
    let table = this.#calls.get(predicate)
    for (let at = 0; table !== undefined && at < predicate.arity; at++) table = table.get(args[at])
    return table !== undefined
  }

  add(predicate: Callee, args: readonly Term[]): void {
    let table = entryOf(this.#calls, predicate)
    for (let at = 0; at < predicate.arity; at++) table = entryOf(table, args[at])
  }
}

function entryOf(table: Table, key: unknown): Table {
  let entry = table.get(key)
  if (entry === undefined) {
    entry = new Map()
    table.set(key, entry)
  }
  return entry
}
