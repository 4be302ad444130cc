import type { Rule } from '../../language/ast.js'
import type { Candidate } from './dispatch.js'

/** A rule of a group, with its parameters' tests. */
export interface GroupedRule {
  readonly node: Rule
  readonly candidate: Candidate
}

/** The rules of one name that take the same number of arguments. */
export class RuleGroup {
  readonly name: string
  readonly arity: number
  readonly rules: readonly GroupedRule[]
  /** Whether the policy has rules of that name at all. */
  readonly isDefined: boolean
  /** Whether a call can lead to another one of the same predicate. */
  readonly recursive: boolean
  /**
   * How many slots a frame needs for the rules that have been compiled so far. It only grows, and a frame that was made before
   * grows with what is written to it.
   */
  capacity: number

  constructor(name: string, arity: number, rules: readonly GroupedRule[], isDefined: boolean, recursive: boolean) {
    this.name = name
    this.arity = arity
    this.rules = rules
    this.isDefined = isDefined
    this.recursive = recursive
    this.capacity = arity
  }

  /** Notes that one of its rules has been compiled, and how many slots that needs. */
  needs(slots: number): void {
    if (slots > this.capacity) this.capacity = slots
  }
}

/** The predicates of a policy, made as they are asked for. */
export class RuleGroupTable {
  readonly #rules: ReadonlyMap<string, readonly Rule[]>
  readonly #compile: (rule: Rule) => GroupedRule
  readonly #isRecursive: (name: string) => boolean
  readonly #predicates = new Map<string, Map<number, RuleGroup>>()

  constructor(
    rules: ReadonlyMap<string, readonly Rule[]>,
    compile: (rule: Rule) => GroupedRule,
    isRecursive: (name: string) => boolean,
  ) {
    this.#rules = rules
    this.#compile = compile
    this.#isRecursive = isRecursive
  }

  get(name: string, arity: number): RuleGroup {
    let byArity = this.#predicates.get(name)
    if (byArity === undefined) {
      byArity = new Map()
      this.#predicates.set(name, byArity)
    }
    let predicate = byArity.get(arity)
    if (predicate === undefined) {
      const rules = this.#rules.get(name)
      const fitting = rules?.filter((rule) => rule.parameters.length === arity) ?? []
      predicate = new RuleGroup(name, arity, fitting.map(this.#compile), rules !== undefined, this.#isRecursive(name))
      byArity.set(arity, predicate)
    }
    return predicate
  }
}
