import type { Expression, Node, Pattern } from '../../language/ast.js'

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
    this.#occurrences = occurrences(nodes)
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
    for (const [name, count] of occurrences(nodes)) {
      const slot = this.#slots.get(name)
      if ((slot === undefined || !this.#ready.has(slot)) && count < (this.#occurrences.get(name) ?? 0)) names.push(name)
    }
    return names
  }
}

/** How often each variable is mentioned; `_` never counts. */
export function occurrences(nodes: readonly Node[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const open: Node[] = [...nodes]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.kind === 'variable' && node.name !== '_') counts.set(node.name, (counts.get(node.name) ?? 0) + 1)
    open.push(...children(node))
  }
  return counts
}

/** The nodes that an expression or a pattern consists of. */
export function children(node: Node): readonly (Expression | Pattern)[] {
  switch (node.kind) {
    case 'list':
    case 'list pattern':
      return node.rest ? [...node.elements, node.rest] : node.elements
    case 'dictionary':
      return node.entries.map((entry) => entry.value)
    case 'class pattern':
      return node.fields?.map((entry) => entry.value) ?? []
    case 'dictionary pattern':
      return node.fields.map((entry) => entry.value)
    case 'call':
      return [...node.args, ...node.keywords.map((entry) => entry.value)]
    case 'new':
      return [node.call]
    case 'dot':
      return [node.object, node.member]
    case 'unify':
    case 'assign':
    case 'compare':
    case 'arithmetic':
      return [node.left, node.right]
    case 'in':
      return [node.item, node.collection]
    case 'matches':
      return [node.value, node.pattern]
    case 'not':
      return [node.operand]
    case 'and':
    case 'or':
      return node.operands
    case 'forall':
      return [node.condition, node.action]
    case 'debug':
    case 'print':
      return node.args
    case 'parameter':
      return node.pattern ? [node.term, node.pattern] : [node.term]
    default:
      return []
  }
}
