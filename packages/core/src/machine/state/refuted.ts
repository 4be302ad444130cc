import { entryOf } from '../../values/entryOf.js'
import type { Callee } from './caller.js'
import type { Term } from './term.js'

/**
 * A nested map by the predicate and each argument in turn; a complete path is a call that has
 * failed.
 */
type Table = Map<unknown, Table>

/**
 * The calls of recursive predicates that have failed in this query, kept once there are many. A
 * repeated call fails at once, so that many paths to the same calls are not quadratic or worse.
 */
export class Refuted {
  readonly #calls: Table = new Map()

  has(predicate: Callee, args: readonly Term[]): boolean {
    let table = this.#calls.get(predicate)
    for (let at = 0; table !== undefined && at < predicate.arity; at++) table = table.get(args[at])
    return table !== undefined
  }

  add(predicate: Callee, args: readonly Term[]): void {
    let table = entryOf(this.#calls, predicate, newTable)
    for (let at = 0; at < predicate.arity; at++) table = entryOf(table, args[at], newTable)
  }
}

function newTable(): Table {
  return new Map()
}
