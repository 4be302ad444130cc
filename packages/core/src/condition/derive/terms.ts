import type { Expression, Pattern } from '../../language/ast.js'
import { entryOf } from '../../values/entryOf.js'
import type { Condition, Operand } from '../condition.js'

/** An unbound variable of a rule that is being derived. */
export class Unknown {
  constructor(readonly name: string) {}
}

/** A term: an unknown, an operand, or a structure that may contain unknowns. */
export type Symbolic =
  | { readonly kind: 'unknown'; readonly unknown: Unknown }
  | { readonly kind: 'operand'; readonly operand: Operand }
  | { readonly kind: 'list'; readonly elements: readonly Symbolic[]; readonly rest: Symbolic | undefined }
  | { readonly kind: 'dictionary'; readonly entries: ReadonlyMap<string, Symbolic> }

/** A goal that waits for unknowns. It is solved when any of them is bound. */
export interface Waiting {
  readonly on: readonly Unknown[]
  readonly at: Expression | Pattern
  /** The condition under which it waits; otherwise it is settled. Default: for every row. */
  readonly when?: Condition
  readonly resume: (bound: Substitution, next: Next) => Condition
}

/** The variables of a rule that is being derived. */
export class Scope {
  readonly #unknowns = new Map<string, Unknown>()

  constructor(
    /** The number of occurrences of each name in the rule. */
    readonly occurrences: ReadonlyMap<string, number>,
  ) {}

  /** The variables that have occurred so far. */
  get unknowns(): ReadonlyMap<string, Unknown> {
    return this.#unknowns
  }

  /**
   * Returns the variable of a name. The same name returns the same variable within the rule; each
   * `_` returns a new variable.
   */
  unknown(name: string): Unknown {
    if (name === '_') return new Unknown(name)
    return entryOf(this.#unknowns, name, () => new Unknown(name))
  }
}

/** A property of an unknown apart from its value. */
type Note = 'linked' | 'awaited' | 'unified'

/**
 * The bindings of unknowns, and the goals that wait for them. Immutable: each binding returns a new
 * substitution.
 */
export class Substitution {
  static readonly empty: Substitution = new Substitution(undefined, undefined, undefined, [], [])

  private constructor(
    private readonly parent: Substitution | undefined,
    private readonly unknown: Unknown | undefined,
    /** The binding of the unknown, or a note about it. */
    private readonly is: Symbolic | Note | undefined,
    /** Goals whose unknowns are unbound. */
    readonly waiting: readonly Waiting[],
    /** Goals that waited and must be solved before the continuation. */
    readonly woken: readonly Waiting[],
  ) {}

  bind(unknown: Unknown, term: Symbolic): Substitution {
    const from = term.kind === 'unknown' ? this.link(term.unknown) : this
    const woken = from.waiting.filter((one) => one.on.includes(unknown))
    if (woken.length === 0) return new Substitution(from, unknown, term, from.waiting, from.woken)
    const waiting = from.waiting.filter((one) => !woken.includes(one))
    return new Substitution(from, unknown, term, waiting, [...from.woken, ...woken])
  }

  /**
   * Binds an unknown to another unknown, for a goal that unifies them.
   * @throws BeyondConditions if goals wait for both: only the machine determines their order.
   */
  unify(one: Unknown, other: Unknown): Substitution {
    const isAsked = (unknown: Unknown): boolean => this.waiting.some(({ on }) => on.includes(unknown))
    if (isAsked(one) && isAsked(other))
      throw new BeyondConditions(
        'unbound-value',
        'two unbound variables are unified, and goals wait for both',
        undefined,
      )
    const noted = [one, other].reduce<Substitution>(
      (from, unknown) => new Substitution(from, unknown, 'unified', from.waiting, from.woken),
      this,
    )
    return noted.bind(one, { kind: 'unknown', unknown: other })
  }

  /**
   * Notes that an unknown is visible elsewhere: in another rule, under another name, or to a
   * waiting goal.
   */
  link(unknown: Unknown): Substitution {
    return this.#note(unknown, 'linked')
  }

  wait(goal: Waiting): Substitution {
    const noted = goal.on.reduce<Substitution>((from, unknown) => from.#note(unknown, 'awaited'), this)
    return new Substitution(noted, undefined, undefined, [...this.waiting, goal], this.woken)
  }

  #note(unknown: Unknown, what: Note): Substitution {
    return this.#has(unknown, what) ? this : new Substitution(this, unknown, what, this.waiting, this.woken)
  }

  /** Returns the substitution without woken goals, for the caller that solves them. */
  awake(): Substitution {
    return new Substitution(this, undefined, undefined, this.waiting, [])
  }

  /** Follows bindings to a term that is bound or structured, or to an unbound unknown. */
  resolve(term: Symbolic): Symbolic {
    let at = term
    while (at.kind === 'unknown') {
      const next = this.#lookup(at.unknown)
      if (!next) return at
      at = next
    }
    return at
  }

  /**
   * Returns the last unknown in the chain of bindings from a term; undefined if the term is not an
   * unknown.
   */
  holder(term: Symbolic): Unknown | undefined {
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

  isLinked(unknown: Unknown): boolean {
    return this.#has(unknown, 'linked')
  }

  /** Returns whether a goal waits for an unknown, or has waited for it. */
  isAwaited(unknown: Unknown): boolean {
    return this.#has(unknown, 'awaited')
  }

  #has(unknown: Unknown, what: Note): boolean {
    for (let at: Substitution | undefined = this; at; at = at.parent)
      if (at.unknown === unknown && at.is === what) return true
    return false
  }

  /** Returns whether the same goals wait as in another substitution. */
  waitsLike({ waiting }: Pick<Substitution, 'waiting'>): boolean {
    return this.waiting.length === waiting.length && this.waiting.every((one) => waiting.includes(one))
  }

  /**
   * Returns the unknowns that were bound, and those unified with another unknown, since an earlier
   * substitution.
   */
  since(start: Substitution): { readonly bound: readonly Unknown[]; readonly unified: readonly Unknown[] } {
    const bound: Unknown[] = []
    const unified: Unknown[] = []
    for (let at: Substitution | undefined = this; at && at !== start; at = at.parent) {
      if (!at.unknown) continue
      if (typeof at.is === 'object') bound.push(at.unknown)
      else if (at.is === 'unified') unified.push(at.unknown)
    }
    return { bound, unified }
  }

  #lookup(unknown: Unknown): Symbolic | undefined {
    for (let at: Substitution | undefined = this; at; at = at.parent)
      if (at.unknown === unknown && typeof at.is === 'object') return at.is
    return undefined
  }
}

/**
 * Thrown during derivation if only the query machine can continue. It is caught at a rule or call,
 * which becomes opaque.
 */
export class BeyondConditions extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly at: Expression | Pattern | undefined,
  ) {
    super(message)
  }
}

/** The continuation of a goal: derives the rest of a body for the bindings so far. */
export type Next = (bound: Substitution) => Condition
