import type { Callee, Caller } from './caller.js'
import type { IntSet } from './intSet.js'
import type { Term } from './term.js'

/**
 * A call of a recursive predicate, and those around it. A ground call that meets itself below itself can't be proven that
 * way: it fails, so that cyclic data ends.
 */
export class Loop {
  readonly site: Caller
  readonly predicate: Callee
  /** The arguments stand first. */
  readonly slots: readonly Term[]
  readonly around: Loop | undefined
  readonly depth: number
  readonly negations: number
  /** The depth of the outermost call that was met again below this one: what failed because of that may hold elsewhere. */
  restsOn: number
  /** What identifies each argument among values of its kind; undefined for one that is not ground. */
  identities: readonly unknown[] | undefined = undefined
  /** A number for the call, the same for the same call; made when it is first needed. */
  number: number | undefined = undefined
  /** At the end of a block of calls: the numbers of all calls up to this one. */
  numbers: IntSet | undefined = undefined

  constructor(site: Caller, slots: readonly Term[], around: Loop | undefined, negations: number) {
    this.site = site
    this.predicate = site.predicate
    this.slots = slots
    this.around = around
    this.depth = around === undefined ? 1 : around.depth + 1
    this.negations = negations
    this.restsOn = this.depth
  }
}
