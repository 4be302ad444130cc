import type { Node } from '../../language/ast.js'
import { occurrences } from '../../language/mentions.js'

/** What a `cut` may cut back to: the terms around it, from the call (or the query, or a negation) inwards. */
export interface Enclosing {
  readonly kind: 'call' | 'and' | 'or' | 'not'
  /** The slot that holds the height of the stack of choices when the term began, if a `cut` needs it. */
  height: number | undefined
}

/**
 * The variables of one rule or query while it is compiled: their slots, and which of them have been written when the goal
 * that is being compiled runs. A goal that is the first to mention a variable writes its slot, and so will do it again
 * when the query comes back to it; nothing ever has to be reset.
 */
export class Scope {
  readonly #slots = new Map<string, number>()
  readonly #occurrences: ReadonlyMap<string, number>
  #ready: Set<number>
  size: number
  readonly enclosing: Enclosing[] = [{ kind: 'call', height: undefined }]
  /** How many negations enclose the goal that is being compiled, within this rule. */
  negations = 0

  /** @param nodes all that will be compiled in this scope. */
  constructor(params: number, nodes: readonly Node[]) {
    this.size = params
    this.#ready = new Set()
    this.#occurrences = occurrences(...nodes)
  }

  /** The slot of a variable; each `_` has its own. */
  slot(name: string): number {
    if (name === '_') return this.temporary()
    let slot = this.#slots.get(name)
    if (slot === undefined) {
      slot = this.temporary()
      this.#slots.set(name, slot)
    }
    return slot
  }

  /** Lets a variable be an argument. */
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

  /** Compiles a part whose first mentions count for nothing behind it. */
  apart<T>(compile: () => T): T {
    const before = this.#ready
    this.#ready = new Set(before)
    try {
      return compile()
    } finally {
      this.#ready = before
    }
  }

  /** Variables that these nodes are the first to mention, but not the only ones. */
  shared(nodes: readonly Node[]): string[] {
    const names: string[] = []
    for (const [name, count] of occurrences(...nodes)) {
      const slot = this.#slots.get(name)
      if ((slot === undefined || !this.#ready.has(slot)) && count < (this.#occurrences.get(name) ?? 0)) names.push(name)
    }
    return names
  }
}
