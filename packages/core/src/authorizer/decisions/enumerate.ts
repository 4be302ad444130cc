import type { Expression } from '../../language/ast.js'
import type { Limits, QueryOptions, RuleCall, Solution } from '../../machine/index.js'
import { endsQuery } from '../../machine/state/failures.js'
import { Variable } from '../../machine/state/variable.js'
import type { Candidates } from '../actions/policyActions.js'
import type { Question } from './question.js'

/** Yields the solutions of a query as they are found. Leaving the loop early ends the query. */
export async function* solutionsOf(
  question: Question,
  goal: Expression | RuleCall,
  options: QueryOptions,
): AsyncGenerator<Solution, void, void> {
  const { policy, host, evaluation } = question
  const query = evaluation.run(() => policy.program.solve(goal, { ...options, host }))
  const next = () => evaluation.run(() => query.next())
  try {
    for (let solution = await next(); solution; solution = await next()) yield question.whole(solution)
  } finally {
    query.close()
  }
}

/**
 * Returns the strings for which a rule holds in one argument: exactly those for which it holds when
 * they are asked one by one.
 *
 * If a rule leaves the argument open, or only constrains it, each candidate is tried. So it is if an
 * alternative is an error, since the error concerns only the strings for which no other alternative
 * holds.
 * @param args - Returns the arguments of the rule, with the enumerated argument in its position.
 * @throws the error of a candidate; the error of an alternative if there can be other strings.
 */
export async function enumerate(
  question: Question,
  rule: string,
  args: (asked: unknown) => readonly unknown[],
  candidates: Candidates,
  limits: Limits,
): Promise<Set<string>> {
  const found = new Set<string>()
  let isOpen = false
  try {
    const goal = { rule, args: args(new Variable('asked')) }
    for await (const solution of solutionsOf(question, goal, { limits, acceptExpression: true })) {
      const value = solution.get('asked')
      if (typeof value === 'string') found.add(value)
      else isOpen = true
    }
  } catch (error) {
    if (endsQuery(error) || !candidates.areAll) throw error
    isOpen = true
  }
  const { policy, host, evaluation } = question
  const allows = (one: string) => evaluation.run(() => policy.program.holds(rule, args(one), limits, { host }))
  if (isOpen) for (const one of candidates.names) if (!found.has(one) && (await allows(one))) found.add(one)
  return found
}
