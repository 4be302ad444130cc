import type { Node } from '../../language/ast.js'
import { occurrences } from '../../language/mentions.js'
import { entryOf } from '../../values/entryOf.js'

/**
 * A term that a `cut` may cut back to. The enclosing terms are listed from the call, the query or a
 * negation inwards.
 */
export interface Enclosing {
  readonly kind: 'call' | 'and' | 'or' | 'not'
  /**
   * The slot for the height of the stack of choice points when the term began, if a `cut` needs it.
   */
  height: number | undefined
  /** If a `cut` inside cuts back to a term around it: that term, and the slot for the number of errors at the beginning. */
  uncut: { readonly target: Enclosing; readonly failures: number } | undefined
}

/**
 * The variables of one rule or query during compilation: their slots, and the slots that are
 * written when the current goal runs. The goal that first mentions a variable writes its slot, and
 * writes it again after backtracking. Slots therefore need no reset.
 */
export class Scope {
  readonly #slots = new Map<string, number>()
  readonly #occurrences: ReadonlyMap<string, number>
  #ready: Set<number>
  size: number
  readonly enclosing: Enclosing[] = [{ kind: 'call', height: undefined, uncut: undefined }]
  /** Number of negations around the current goal, within this rule. */
  negations = 0

  /**
   * @param params - Number of arguments.
   * @param nodes - Everything that will be compiled in this scope.
   * @param results - The variables that the results of a query name.
   */
  constructor(
    params: number,
    nodes: readonly Node[],
    /** Variables that the results of a query name. */
    private readonly results: ReadonlySet<string> = new Set(),
  ) {
    this.size = params
    this.#ready = new Set()
    this.#occurrences = occurrences(...nodes)
  }

  /** Returns the slot of a variable; each `_` has its own. */
  slot(name: string): number {
    if (name === '_') return this.temporary()
    return entryOf(this.#slots, name, () => this.temporary())
  }

  /** Makes a variable an argument. */
  place(name: string, slot: number): void {
    this.#slots.set(name, slot)
    this.#ready.add(slot)
  }

  has(name: string): boolean {
    return this.#slots.has(name)
  }

  temporary(): number {
    return this.size++
  }

  isReady(slot: number): boolean {
    return this.#ready.has(slot)
  }

  ready(slot: number): void {
    this.#ready.add(slot)
  }

  get names(): ReadonlyMap<string, number> {
    return this.#slots
  }

  /** Compiles a part whose first mentions do not count after it. */
  apart<T>(compile: () => T): T {
    const before = this.#ready
    this.#ready = new Set(before)
    try {
      return compile()
    } finally {
      this.#ready = before
    }
  }

  /** Returns the variables of a node that the rule or the results of the query mention elsewhere, too. */
  elsewhere(node: Node): string[] {
    const all = this.#occurrences
    return [...occurrences(node)].flatMap(([name, count]) =>
      count < (all.get(name) ?? 0) || this.results.has(name) ? [name] : [],
    )
  }

  /** Returns the variables that these nodes mention first, but not alone. */
  shared(nodes: readonly Node[]): string[] {
    const names: string[] = []
    for (const [name, count] of occurrences(...nodes)) {
      const slot = this.#slots.get(name)
      if ((slot === undefined || !this.#ready.has(slot)) && count < (this.#occurrences.get(name) ?? 0)) names.push(name)
    }
    return names
  }
}
