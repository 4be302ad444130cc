import type { Suspension } from './suspension.js'
import { OwnTerm, type Term } from './term.js'

const unbound: unique symbol = Symbol('unbound')

/** A logic variable. */
export class Cell extends OwnTerm {
  value: Term = unbound
  /** Goals that wait for its value. */
  goals: readonly Suspension[] | undefined = undefined

  constructor(
    /** Order of creation, so that a negation recognizes the variables from before it. */
    readonly serial: number,
    /**
     * Whether it is known elsewhere: another variable was unified with it, or it is an argument of a
     * call.
     */
    public linked: boolean,
    /** Its name in the query; undefined for variables of rules and for temporary ones. */
    readonly name?: string,
  ) {
    super()
  }

  get isBound(): boolean {
    return this.value !== unbound
  }

  unbind(): void {
    this.value = unbound
  }
}

/** Returns the value of a term, or the variable at the end of its chain. */
export function deref(term: Term): Term {
  let at = term
  while (at instanceof Cell && at.value !== unbound) at = at.value
  return at
}
