import type { Expression, Pattern } from '../language/ast.js'
import type { Operand } from './condition.js'

/** A variable of a rule that is being derived, as long as nothing is known of it. */
export class Unknown {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** What a variable can stand for while a condition is derived: an operand, or a structure with unknowns in it. */
export type Term =
  | { readonly kind: 'unknown'; readonly unknown: Unknown }
  | { readonly kind: 'operand'; readonly operand: Operand }
  | { readonly kind: 'list'; readonly elements: readonly Term[]; readonly rest: Term | undefined }
  | { readonly kind: 'dictionary'; readonly entries: ReadonlyMap<string, Term> }

/** A pattern that an unknown has to match as soon as it stands for something. */
export interface Pending {
  readonly pattern: Pattern
  readonly scope: Scope
}

/** The variables of one rule that is being derived. */
export class Scope {
  readonly #unknowns = new Map<string, Unknown>()
  /** How often each name stands in the rule. */
  readonly occurrences: ReadonlyMap<string, number>

  constructor(occurrences: ReadonlyMap<string, number>) {
    this.occurrences = occurrences
  }

  /** The variables that were met so far. */
  get unknowns(): ReadonlyMap<string, Unknown> {
    return this.#unknowns
  }

  /** The variable of a name: the same one for the whole rule, but for `_`, which is a new one each time. */
  unknown(name: string): Unknown {
    if (name === '_') return new Unknown(name)
    let unknown = this.#unknowns.get(name)
    if (!unknown) {
      unknown = new Unknown(name)
      this.#unknowns.set(name, unknown)
    }
    return unknown
  }
}

/** What unknowns stand for, and the patterns that wait for them. Immutable: each binding makes a new one. */
export class Substitution {
  static readonly empty: Substitution = new Substitution(undefined, undefined, undefined, undefined)
  readonly #parent: Substitution | undefined
  readonly #unknown: Unknown | undefined
  readonly #term: Term | undefined
  readonly #pending: Pending | undefined

  private constructor(
    parent: Substitution | undefined,
    unknown: Unknown | undefined,
    term: Term | undefined,
    pending: Pending | undefined,
  ) {
    this.#parent = parent
    this.#unknown = unknown
    this.#term = term
    this.#pending = pending
  }

  bind(unknown: Unknown, term: Term): Substitution {
    return new Substitution(this, unknown, term, undefined)
  }

  /** Remembers that an unknown has to match a pattern. */
  wait(unknown: Unknown, pending: Pending): Substitution {
    return new Substitution(this, unknown, undefined, pending)
  }

  /** Follows unknowns until a term that is none, or an unknown that stands for nothing. */
  resolve(term: Term): Term {
    let at = term
    while (at.kind === 'unknown') {
      const next = this.#lookup(at.unknown)
      if (!next) return at
      at = next
    }
    return at
  }

  /** The last unknown on the way to what a term stands for. */
  holder(term: Term): Unknown | undefined {
    let at = term
    let last: Unknown | undefined
    while (at.kind === 'unknown') {
      last = at.unknown
      const next = this.#lookup(at.unknown)
      if (!next) return last
      at = next
    }
    return last
  }

  /** The patterns that wait for an unknown, the oldest first. */
  pending(unknown: Unknown): readonly Pending[] {
    const found: Pending[] = []
    for (let at: Substitution | undefined = this; at; at = at.#parent)
      if (at.#unknown === unknown && at.#pending) found.unshift(at.#pending)
    return found
  }

  /** A pattern that has waited since an earlier substitution, and still waits: nothing gave its variable a value. */
  waiting(since: Substitution): Pattern | undefined {
    for (let at: Substitution | undefined = this; at && at !== since; at = at.#parent) {
      if (at.#pending && at.#unknown && this.resolve({ kind: 'unknown', unknown: at.#unknown }).kind === 'unknown') {
        return at.#pending.pattern
      }
    }
    return undefined
  }

  #lookup(unknown: Unknown): Term | undefined {
    for (let at: Substitution | undefined = this; at; at = at.#parent)
      if (at.#unknown === unknown && at.#term) return at.#term
    return undefined
  }
}

/** Thrown while deriving where only the query machine can go on; caught where the machine can be asked a whole goal. */
export class BeyondConditions extends Error {
  readonly code: string
  readonly at: Expression | Pattern | undefined
  constructor(code: string, message: string, at: Expression | Pattern | undefined) {
    super(message)
    this.code = code
    this.at = at
  }
}
