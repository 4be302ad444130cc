import { entryOf } from '../../values/entryOf.js'
import type { Callee } from './caller.js'
import type { Term } from './term.js'

/** A nested map by the predicate and each argument in turn, and the result of the call. */
class Table<Result> {
  readonly entries: Map<unknown, Table<Result>> = new Map()
  result: Result | undefined = undefined
}

/**
 * The calls of recursive predicates that this query could not prove, kept once there are many. A
 * repeated call ends at once, so that many paths to the same calls are not quadratic or worse.
 */
export class Refuted<Failure> {
  readonly #calls = new Table<'false' | Failure>()

  /** Returns the result of a call that has no proof: its error if it met one; undefined for any other call. */
  get(predicate: Callee, args: readonly Term[]): 'false' | Failure | undefined {
    let table = this.#calls.entries.get(predicate)
    for (let at = 0; table !== undefined && at < predicate.arity; at++) table = table.entries.get(args[at])
    return table?.result
  }

  add(predicate: Callee, args: readonly Term[], result: 'false' | Failure): void {
    let table = entryOf(this.#calls.entries, predicate, newTable<'false' | Failure>)
    for (let at = 0; at < predicate.arity; at++) table = entryOf(table.entries, args[at], newTable<'false' | Failure>)
    table.result = result
  }
}

function newTable<Result>(): Table<Result> {
  return new Table()
}
