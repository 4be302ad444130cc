import type { ShorthandRule } from '../../language/ast.js'
import { entryOf } from '../../values/entryOf.js'
import type { BlockContext, Check } from './check.js'

/** Roles of one class that imply each other are one role, which is seldom meant. */
export const circularRoles: Check<BlockContext> = (context) => ({
  end: () => {
    for (const { declared, shorthand } of context.blocks.values()) {
      const implied = new Map<string, ShorthandRule[]>()
      for (const rule of shorthand) {
        const isOfRoles = [rule.head, rule.implier].every(({ value }) => declared.get(value)?.kind === 'role')
        if (rule.on || !isOfRoles) continue
        entryOf(implied, rule.implier.value, () => []).push(rule)
      }
      const told = new Set<string>()
      for (const role of implied.keys()) {
        if (told.has(role)) continue
        const way = wayBack(role, implied)
        if (!way) continue
        for (const { head } of way) told.add(head.value)
        const names = [role, ...way.map(({ head }) => head.value)].map((name) => `"${name}"`)
        const message =
          way.length === 1
            ? `The role ${names[0]} implies itself.`
            : `Each of the roles ${names.slice(0, -1).join(', ')} implies the others: whoever has one has all.`
        const hint = `remove one of the rules: ${names.join(' → ')}`
        const last = way.reduce((one, other) => (one.span.start > other.span.start ? one : other))
        context.warning('circular-roles', message, last.span, { hint, data: { roles: names } })
      }
    }
  },
})

/** Returns the rules by which a role implies itself, as few as possible; undefined if it does not. */
function wayBack(
  role: string,
  implied: ReadonlyMap<string, readonly ShorthandRule[]>,
): readonly ShorthandRule[] | undefined {
  let ways: (readonly ShorthandRule[])[] = [[]]
  const seen = new Set<string>()
  while (ways.length > 0) {
    const longer: (readonly ShorthandRule[])[] = []
    for (const way of ways) {
      for (const rule of implied.get(way.at(-1)?.head.value ?? role) ?? []) {
        const { value } = rule.head
        if (value === role) return [...way, rule]
        if (seen.has(value)) continue
        seen.add(value)
        longer.push([...way, rule])
      }
    }
    ways = longer
  }
  return undefined
}
