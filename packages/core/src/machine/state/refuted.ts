import { entryOf } from '../../values/entryOf.js'
import type { Callee } from './caller.js'
import type { Failure } from './failure.js'
import type { Term } from './term.js'

/** The result of a call without a proof: an error if it met one. */
export type Refutation = 'false' | Failure

/** A nested map by the predicate and each argument in turn, and the result of the call. */
class Table {
  readonly entries: Map<unknown, Table> = new Map()
  result: Refutation | undefined = undefined
}

/**
 * The calls of recursive predicates that this query could not prove, kept once there are many. A
 * repeated call ends at once, so that many paths to the same calls are not quadratic or worse.
 */
export class Refuted {
  readonly #calls = new Table()

  get(predicate: Callee, args: readonly Term[]): Refutation | undefined {
    let table = this.#calls.entries.get(predicate)
    for (let at = 0; table !== undefined && at < predicate.arity; at++) table = table.entries.get(args[at])
    return table?.result
  }

  add(predicate: Callee, args: readonly Term[], result: Refutation): void {
    let table = entryOf(this.#calls.entries, predicate, newTable)
    for (let at = 0; at < predicate.arity; at++) table = entryOf(table.entries, args[at], newTable)
    table.result = result
  }
}

function newTable(): Table {
  return new Table()
}
