import type { Expression } from '../../language/ast.js'
import {
  type Host,
  holds,
  type Limits,
  type Program,
  type QueryOptions,
  type RuleCall,
  type Solution,
  solve,
  Variable,
} from '../../machine/index.js'

/** Yields the solutions of a query as they are found. Leaving the loop early ends the query. */
export async function* solutionsOf(
  program: Program,
  goal: Expression | RuleCall,
  options: QueryOptions,
): AsyncGenerator<Solution, void, void> {
  const query = solve(program, goal, options)
  try {
    for (let solution = await query.next(); solution; solution = await query.next()) yield solution
  } finally {
    query.close()
  }
}

/**
 * Returns the strings for which a rule holds in one argument. If a rule leaves the argument open,
 * or only constrains it, each string of `known` is tried.
 * @param args - Returns the arguments of the rule, with the enumerated argument in its position.
 */
export async function enumerate(
  program: Program,
  rule: string,
  args: (asked: unknown) => readonly unknown[],
  known: readonly string[],
  limits: Limits,
  host: Host,
): Promise<Set<string>> {
  const found = new Set<string>()
  let isOpen = false
  const options = { limits, acceptExpression: true, host }
  for await (const solution of solutionsOf(program, { rule, args: args(new Variable('asked')) }, options)) {
    const value = solution.get('asked')
    if (typeof value === 'string') found.add(value)
    else isOpen = true
  }
  if (isOpen)
    for (const one of known)
      if (!found.has(one) && (await holds(program, rule, args(one), limits, host))) found.add(one)
  return found
}
