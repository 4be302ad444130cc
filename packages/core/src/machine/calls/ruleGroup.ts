import type { Rule } from '../../language/ast.js'
import { entryOf } from '../../values/entryOf.js'
import type { Candidate } from './dispatch.js'

/** The rules of one name and arity. */
export class RuleGroup {
  readonly name: string
  readonly arity: number
  readonly rules: readonly Candidate[]
  /** Whether the policy has any rules of that name. */
  readonly isDefined: boolean
  /** Whether a call can lead to another call of the same predicate. */
  readonly recursive: boolean
  /**
   * Number of slots that a frame needs for the rules compiled so far. It only grows; the array of
   * an older frame grows when it is written to.
   */
  capacity: number

  constructor(name: string, arity: number, rules: readonly Candidate[], isDefined: boolean, recursive: boolean) {
    this.name = name
    this.arity = arity
    this.rules = rules
    this.isDefined = isDefined
    this.recursive = recursive
    this.capacity = arity
  }

  /** Records that a rule of the group has been compiled, and the number of slots that it needs. */
  needs(slots: number): void {
    if (slots > this.capacity) this.capacity = slots
  }
}

/** The predicates of a policy, made on first use. */
export class RuleGroupTable {
  readonly #rules: ReadonlyMap<string, readonly Rule[]>
  readonly #candidate: (rule: Rule) => Candidate
  readonly #isRecursive: (name: string) => boolean
  readonly #predicates = new Map<string, Map<number, RuleGroup>>()

  constructor(
    rules: ReadonlyMap<string, readonly Rule[]>,
    candidate: (rule: Rule) => Candidate,
    isRecursive: (name: string) => boolean,
  ) {
    this.#rules = rules
    this.#candidate = candidate
    this.#isRecursive = isRecursive
  }

  get(name: string, arity: number): RuleGroup {
    const byArity = entryOf(this.#predicates, name, () => new Map<number, RuleGroup>())
    return entryOf(byArity, arity, () => {
      const rules = this.#rules.get(name)
      const fitting = rules?.filter((rule) => rule.parameters.length === arity) ?? []
      return new RuleGroup(name, arity, fitting.map(this.#candidate), rules !== undefined, this.#isRecursive(name))
    })
  }
}
