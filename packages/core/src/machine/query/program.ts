import type { Expression } from '../../language/ast.js'
import type { Policy } from '../../policy/policy.js'
import type { Tracer } from '../goals/plan.js'
import type { Host } from '../host/host.js'
import { CompiledPolicy } from '../program/program.js'
import type { Limits } from '../state/limits.js'
import { type HoldsOptions, type Query, type QueryOptions, RunningQuery } from './query.js'
import type { RuleCall } from './start.js'

/** A policy that is compiled for a host, and answers queries. */
export class Program extends CompiledPolicy {
  /**
   * Begins a query: an expression, or a call of a rule. Nothing is computed before the first solution
   * is requested.
   */
  solve(goal: Expression | RuleCall, options: QueryOptions = {}): Query {
    return new RunningQuery(this, goal, options)
  }

  /**
   * Returns whether a call of a rule with these arguments can be proven.
   * @throws QueryError
   */
  holds(
    rule: string,
    args: readonly unknown[],
    limits?: Partial<Limits>,
    { host, outlived }: HoldsOptions = {},
  ): boolean | Promise<boolean> {
    const query = new RunningQuery(this, { rule, args }, { limits, host }, true)
    const found = query.next()
    return found instanceof Promise
      ? found.then((one) => query.isProven(one, outlived))
      : query.isProven(found, outlived)
  }

  /** As `holds`, synchronously. @throws QueryError, `async-value` for a promise. */
  holdsSync(
    rule: string,
    args: readonly unknown[],
    limits?: Partial<Limits>,
    { host, outlived }: HoldsOptions = {},
  ): boolean {
    const query = new RunningQuery(this, { rule, args }, { limits, host }, true)
    return query.isProven(query.nextSync(), outlived)
  }
}

/**
 * Compiles a policy for a host.
 * @param tracer - Sends every goal, rule and solution of all queries of this program to its recorder.
 */
export function compile(policy: Policy, host: Host, tracer?: Tracer): Program {
  return new Program(policy, host, tracer)
}
