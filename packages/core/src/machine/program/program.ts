import type { Call, Rule } from '../../language/ast.js'
import type { Policy } from '../../policy/policy.js'
import { CallSite } from '../calls/callSite.js'
import { RuleGroupTable } from '../calls/ruleGroup.js'
import { planGoal } from '../goals/goals.js'
import type { Tracer } from '../goals/plan.js'
import type { Host } from '../host/host.js'
import { recursiveNames } from '../recursion/recursiveNames.js'
import { standingCalls } from '../recursion/standing.js'
import { RowsByClass } from '../state/caller.js'
import type { Unions } from '../state/matcher.js'
import { CompiledRule, type RuleContext } from './rule.js'

const none: ReadonlySet<Call> = new Set()

/**
 * A policy whose rules are compiled for a host, each when it is tried for the first time. The
 * program fixes which names are constants and which class extends which. Make a new program after
 * registering classes or constants.
 */
export class CompiledPolicy {
  readonly predicates: RuleGroupTable
  readonly surroundings: RuleContext
  readonly rows: RowsByClass = new RowsByClass()
  /**
   * Shared by all queries: the rules that fit depend only on the policy and on the classes of
   * arguments.
   */
  readonly #sites = new Map<string, CallSite>()
  #recursive: ReadonlySet<string> | undefined = undefined

  constructor(
    readonly policy: Policy,
    readonly host: Host,
    tracer: Tracer | undefined,
  ) {
    const unions: Unions = new Map(Object.entries(policy.unions))
    this.predicates = new RuleGroupTable(
      policy.rules,
      (rule: Rule) => new CompiledRule(rule, this.surroundings),
      (name) => this.#isRecursive(name),
    )
    this.surroundings = {
      host,
      unions,
      predicates: this.predicates,
      tracer,
      goal: planGoal,
      standingCalls: (rule) => (this.#isRecursive(rule.name) ? standingCalls(rule, policy.rules) : none),
    }
  }

  /** Returns the site for calls of a rule by the application. */
  site(rule: string, arity: number): CallSite {
    const known = this.#sites.get(rule)
    if (known !== undefined && known.predicate.arity === arity) return known
    const site = new CallSite(this.predicates.get(rule, arity), undefined, undefined, [], 0, false)
    this.#sites.set(rule, site)
    return site
  }

  #isRecursive(name: string): boolean {
    this.#recursive ??= recursiveNames(this.policy.rules)
    return this.#recursive.has(name)
  }
}
