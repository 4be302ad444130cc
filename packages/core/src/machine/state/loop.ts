import type { Callee, Caller } from './caller.js'
import type { IntSet } from './intSet.js'
import type { Term } from './term.js'

/**
 * A call of a recursive predicate, with the enclosing ones. A ground call that repeats an enclosing
 * call can't be proven that way: it fails, so that cyclic data terminates.
 */
export class Loop {
  readonly predicate: Callee
  readonly depth: number
  /**
   * Depth of the outermost call that was repeated below this one. A failure because of that
   * repetition may succeed elsewhere.
   */
  restsOn: number
  /**
   * Identity of each object among the arguments, made on first use.
   */
  identities: unknown[] | undefined = undefined
  /** A number for the call, the same for equal calls; made on first use. */
  number: number | undefined = undefined
  /** At the end of a block of calls: the numbers of all calls up to this one. */
  numbers: IntSet | undefined = undefined

  constructor(
    readonly site: Caller,
    /** The slots of the call; the arguments come first. */
    readonly slots: readonly Term[],
    readonly around: Loop | undefined,
    readonly negations: number,
  ) {
    this.predicate = site.predicate
    this.depth = around === undefined ? 1 : around.depth + 1
    this.restsOn = this.depth
  }
}
