import type { Call, Rule } from '../../language/ast.js'
import type { Policy } from '../../policy/policy.js'
import { CallSite } from '../calls/callSite.js'
import { RuleGroupTable } from '../calls/ruleGroup.js'
import { planGoal } from '../goals/goals.js'
import type { Host } from '../host/host.js'
import { recursiveNames } from '../recursion/recursiveNames.js'
import { standingCalls } from '../recursion/standing.js'
import type { Machine } from '../state/machine.js'
import type { Recorder } from '../state/trace.js'
import type { Unions } from '../state/unions.js'
import { CompiledRule, type RuleContext } from './rule.js'

const none: ReadonlySet<Call> = new Set()

/**
 * A policy whose rules are compiled for a host, each when it is tried for the first time. Make a new one when classes or
 * constants have been registered since: which names are constants, and which class extends which, is decided here.
 */
export class Program {
  readonly policy: Policy
  readonly host: Host
  readonly predicates: RuleGroupTable
  readonly surroundings: RuleContext
  /**
   * A machine that has no query at the moment. A query takes it away for as long as it runs, so no two queries share one; it
   * comes back only when its query has ended without an error, and holds nothing of it.
   */
  idle: Machine | undefined = undefined
  /** Shared by all queries: which rules fit depends on the policy and on the classes of arguments alone. */
  readonly #sites = new Map<string, CallSite>()
  #recursive: ReadonlySet<string> | undefined = undefined

  constructor(policy: Policy, host: Host, recorder: Recorder | undefined) {
    this.policy = policy
    this.host = host
    const unions: Unions = new Map(Object.entries(policy.unions))
    this.predicates = new RuleGroupTable(
      policy.rules,
      (rule: Rule) => new CompiledRule(rule, () => this.surroundings),
      (name) => this.#isRecursive(name),
    )
    this.surroundings = {
      host,
      unions,
      predicates: this.predicates,
      recorder,
      goal: planGoal,
      standingCalls: (rule) => (this.#isRecursive(rule.name) ? standingCalls(rule, policy.rules) : none),
    }
  }

  /** Where the application calls a rule. */
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

/**
 * Compiles a policy for a host.
 * @param recorder what is told of every goal, rule and solution; all queries of this program are recorded then.
 */
export function compile(policy: Policy, host: Host, recorder?: Recorder): Program {
  return new Program(policy, host, recorder)
}
