import type { Call, Rule } from '../../language/ast.js'
import { entryOf } from '../../values/entryOf.js'
import type { RowEquality } from '../../values/rows.js'
import type { Host } from '../host/host.js'
import type { Recorder } from './trace.js'

/** The rules of one name and arity, as far as the state of a query refers to them. */
export interface Callee {
  readonly name: string
  readonly arity: number
  readonly rules: readonly { readonly node: Rule }[]
}

/** A place that calls rules. */
export interface Caller {
  readonly predicate: Callee
  /** Undefined if the application calls. */
  readonly node: Call | undefined
  /** Name of the rule that contains the call. */
  readonly owner: string | undefined
  /** Whether the call passes on only arguments that the rule around it received. */
  readonly isStanding: boolean
}

/** The program that a query runs. */
export interface Running {
  /** How rows are compared. */
  readonly rows: RowsByClass
  readonly predicates: { get(name: string, arity: number): Callee }
  readonly surroundings: { readonly tracer: { readonly recorder: Recorder } | undefined }
}

/**
 * How rows of each class are compared, looked up once. All queries of a program share it: the result
 * depends on the class alone.
 */
export class RowsByClass {
  /** Undefined for a class whose objects need `Host.equal`. */
  readonly #known = new WeakMap<object, { readonly rows: RowEquality | undefined }>()

  // Most comparisons are of rows of the same class as the one before.
  #last: unknown = undefined
  #lastRows: RowEquality | undefined = undefined

  of(host: Host, cls: unknown): RowEquality | undefined {
    if (cls !== undefined && cls === this.#last) return this.#lastRows
    // an object from JSON can have a key of that name
    if (typeof cls !== 'function') return undefined
    const found = entryOf(this.#known, cls, () => ({ rows: host.rowEquality(cls) }))
    this.#last = cls
    this.#lastRows = found.rows
    return found.rows
  }
}
