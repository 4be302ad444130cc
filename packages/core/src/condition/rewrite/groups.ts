import { entryOf } from '../../values/entryOf.js'
import type { Condition } from '../condition.js'

/**
 * Groups conditions that match the first one of a group, at the place of the first.
 * @param keyOf - Returns the same key for conditions of one group. Others rarely have it.
 */
export function groupsOf(
  conditions: readonly Condition[],
  keyOf: (one: Condition) => unknown,
  areOfGroup: (one: Condition, other: Condition) => boolean,
): readonly (readonly Condition[])[] {
  const groups: Condition[][] = []
  const byKey = new Map<unknown, Condition[][]>()
  for (const one of conditions) {
    const alike = entryOf(byKey, keyOf(one), () => [])
    let group = alike.find(([first]) => areOfGroup(first!, one))
    if (!group) {
      group = []
      alike.push(group)
      groups.push(group)
    }
    group.push(one)
  }
  return groups
}
