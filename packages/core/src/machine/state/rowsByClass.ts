import { entryOf } from '../../values/entryOf.js'
import type { RowEquality } from '../../values/rows.js'
import type { Host } from '../host/host.js'

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
