import type { Node } from '../language/ast.js'
import { print } from '../language/print.js'
import { descendants } from '../language/visit.js'
import type { Policy } from './policy.js'

/**
 * Returns the text of all rules that a goal can reach by calls, without comments. Two policies with
 * the same text evaluate the goal alike.
 * @param goals - A goal, or the rules of one name.
 * @param known - Names of rules that are left out.
 */
export function reachableText(
  { rules, unions }: Pick<Policy, 'rules' | 'unions'>,
  goals: readonly Node[],
  known: readonly string[] = [],
): string {
  const names = new Set<string>()
  const look = (node: Node): void => {
    for (const one of descendants(node)) if (one.kind === 'call' && !known.includes(one.name)) names.add(one.name)
  }
  for (const goal of goals) look(goal)
  const texts = [...goals].map(print)
  // The set grows while it is read.
  for (const name of names)
    for (const rule of rules.get(name) ?? []) {
      texts.push(print(rule))
      look(rule)
    }
  return JSON.stringify([texts, [...unions.Actor].sort(), [...unions.Resource].sort()])
}
