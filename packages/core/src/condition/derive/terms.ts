import type { Expression, Pattern } from '../../language/ast.js'
import type { Condition, Operand } from '../condition.js'

/** A variable of a rule that is being derived, as long as nothing is known of it. */
export class Unknown {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** What a variable can stand for while a condition is derived: an operand, or a structure with unknowns in it. */
export type Symbolic =
  | { readonly kind: 'unknown'; readonly unknown: Unknown }
  | { readonly kind: 'operand'; readonly operand: Operand }
  | { readonly kind: 'list'; readonly elements: readonly Symbolic[]; readonly rest: Symbolic | undefined }
  | { readonly kind: 'dictionary'; readonly entries: ReadonlyMap<string, Symbolic> }

/** A goal that waits for the value of an unknown: it is solved as soon as one of them stands for something. */
export interface Waiting {
  readonly on: readonly Unknown[]
  readonly at: Expression | Pattern
  /** Where it waits; elsewhere it is settled. Default: whatever the row. */
  readonly when?: Condition
  readonly resume: (bound: Substitution, next: Next) => Condition
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

/** What is known of an unknown beside its value. */
type Note = 'linked' | 'awaited' | 'unified'

/** What unknowns stand for, and the goals that wait for them. Immutable: each binding makes a new one. */
export class Substitution {
  static readonly empty: Substitution = new Substitution(undefined, undefined, undefined, [], [])
  readonly #parent: Substitution | undefined
  readonly #unknown: Unknown | undefined
  /** What the unknown stands for, or what else is known of it. */
  readonly #is: Symbolic | Note | undefined
  /** Goals whose unknowns nothing has given a value yet. */
  readonly waiting: readonly Waiting[]
  /** Goals that waited, and are to be solved before all that follows. */
  readonly woken: readonly Waiting[]

  private constructor(
    parent: Substitution | undefined,
    unknown: Unknown | undefined,
    is: Symbolic | Note | undefined,
    waiting: readonly Waiting[],
    woken: readonly Waiting[],
  ) {
    this.#parent = parent
    this.#unknown = unknown
    this.#is = is
    this.waiting = waiting
    this.woken = woken
  }

  bind(unknown: Unknown, term: Symbolic): Substitution {
    const from = term.kind === 'unknown' ? this.link(term.unknown) : this
    const woken = from.waiting.filter((one) => one.on.includes(unknown))
    if (woken.length === 0) return new Substitution(from, unknown, term, from.waiting, from.woken)
    const waiting = from.waiting.filter((one) => !woken.includes(one))
    return new Substitution(from, unknown, term, waiting, [...from.woken, ...woken])
  }

  /**
   * Lets one of two unknowns stand for the other, where a goal says that they are the same.
   * @throws BeyondConditions where goals wait for both: which are solved first is the machine's to say.
   */
  unify(one: Unknown, other: Unknown): Substitution {
    const isAsked = (unknown: Unknown): boolean => this.waiting.some(({ on }) => on.includes(unknown))
    if (isAsked(one) && isAsked(other))
      throw new BeyondConditions(
        'unbound-value',
        'two values that come later are one, and goals wait for both',
        undefined,
      )
    const noted = [one, other].reduce<Substitution>(
      (from, unknown) => new Substitution(from, unknown, 'unified', from.waiting, from.woken),
      this,
    )
    return noted.bind(one, { kind: 'unknown', unknown: other })
  }

  /** Notes that an unknown is known elsewhere: to another rule, as another name, or to a goal that waits. */
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

  /** The same with no goal that is woken, for who solves them. */
  awake(): Substitution {
    return new Substitution(this, undefined, undefined, this.waiting, [])
  }

  /** Follows unknowns until a term that is none, or an unknown that stands for nothing. */
  resolve(term: Symbolic): Symbolic {
    let at = term
    while (at.kind === 'unknown') {
      const next = this.#lookup(at.unknown)
      if (!next) return at
      at = next
    }
    return at
  }

  /** The last unknown on the way to what a term stands for. */
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

  /** Whether a goal waits for an unknown, or did. */
  isAwaited(unknown: Unknown): boolean {
    return this.#has(unknown, 'awaited')
  }

  #has(unknown: Unknown, what: Note): boolean {
    for (let at: Substitution | undefined = this; at; at = at.#parent)
      if (at.#unknown === unknown && at.#is === what) return true
    return false
  }

  /** Whether the same goals wait as elsewhere. */
  waitsLike({ waiting }: Pick<Substitution, 'waiting'>): boolean {
    return this.waiting.length === waiting.length && this.waiting.every((one) => waiting.includes(one))
  }

  /** What has been given a value, or has been unified with another unknown, since an earlier substitution. */
  since(start: Substitution): { readonly bound: readonly Unknown[]; readonly unified: readonly Unknown[] } {
    const bound: Unknown[] = []
    const unified: Unknown[] = []
    for (let at: Substitution | undefined = this; at && at !== start; at = at.#parent) {
      if (!at.#unknown) continue
      if (typeof at.#is === 'object') bound.push(at.#unknown)
      else if (at.#is === 'unified') unified.push(at.#unknown)
    }
    return { bound, unified }
  }

  #lookup(unknown: Unknown): Symbolic | undefined {
    for (let at: Substitution | undefined = this; at; at = at.#parent)
      if (at.#unknown === unknown && typeof at.#is === 'object') return at.#is
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

/** What the rest of a body makes of the bindings so far. */
export type Next = (bound: Substitution) => Condition
