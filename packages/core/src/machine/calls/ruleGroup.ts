import type { Rule } from '../../language/ast.js'
import { entryOf } from '../../values/entryOf.js'
import type { Candidate } from './dispatch.js'
import { Selection } from './selection.js'

/** The rules of one name and arity. */
export class RuleGroup {
  /**
   * Number of slots that a frame needs for the rules compiled so far. It only grows; the array of
   * an older frame grows when it is written to.
   */
  capacity: number
  /** The rules for calls to select from. */
  readonly selection: Selection

  constructor(
    readonly name: string,
    readonly arity: number,
    readonly rules: readonly Candidate[],
    /** Whether the policy has any rules of that name. */
    readonly isDefined: boolean,
    /** Whether a call can lead to another call of the same predicate. */
    readonly recursive: boolean,
  ) {
    this.capacity = arity
    this.selection = new Selection(rules)
  }

  /** Records that a rule of the group has been compiled, and the number of slots that it needs. */
  needs(slots: number): void {
    if (slots > this.capacity) this.capacity = slots
  }
}

/** The predicates of a policy, made on first use. */
export class RuleGroupTable {
  readonly #predicates = new Map<string, Map<number, RuleGroup>>()

  constructor(
    private readonly rules: ReadonlyMap<string, readonly Rule[]>,
    private readonly candidate: (rule: Rule) => Candidate,
    private readonly isRecursive: (name: string) => boolean,
  ) {}

  get(name: string, arity: number): RuleGroup {
    const byArity = entryOf(this.#predicates, name, () => new Map<number, RuleGroup>())
    return entryOf(byArity, arity, () => {
      const rules = this.rules.get(name)
      const fitting = rules?.filter((rule) => rule.parameters.length === arity) ?? []
      return new RuleGroup(name, arity, fitting.map(this.candidate), rules !== undefined, this.isRecursive(name))
    })
  }
}
