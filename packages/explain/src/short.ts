import type { ExplanationMissing } from './describe.js'
import { fails, holds } from './outcome.js'
import type { Part } from './part.js'
import type { Shown } from './show.js'

/** The most alternatives that one line names. */
const maxAlternatives = 4

/**
 * Returns what a denial needs, on one line: the roles that would allow it, or the smallest changes of the data if no
 * role would.
 */
export function shortOfDenial(
  root: Part | undefined,
  resource: unknown,
  { sets, complete }: ExplanationMissing,
  shown: Shown,
): string {
  const found = root ? [...new Set(rolesOf(root, resource, shown))] : []
  // A role of the resource itself comes last, so that "its" is clear.
  const roles = [...found.filter((one) => !isOfResource(one)), ...found.filter(isOfResource)]
  const ways = roles.length > 0 ? roles : sets.map((leaves) => leaves.map(({ text }) => text).join(' and '))
  if (ways.length === 0)
    return complete ? 'no change of the data would allow it' : 'what is missing was not found within the limits'
  const rest = ways.length > maxAlternatives ? ', or something else' : ''
  return `needs ${ways.slice(0, maxAlternatives).join(', or ')}${rest}`
}

const ofResource = 'to be its '

function isOfResource(way: string): boolean {
  return way.startsWith(ofResource)
}

/** Returns the outermost roles that a condition lacks: the roles that lead to them are not named. */
function rolesOf(root: Part, resource: unknown, shown: Shown): readonly string[] {
  const seen = new Set<Part>()
  const found: string[] = []
  for (const open = [root]; open.length > 0; ) {
    const part = open.pop()!
    if (seen.has(part) || holds(part.outcome) || part.form === 'not') continue
    seen.add(part)
    part.world.spend()
    const role = roleOf(part, resource, shown)
    if (role !== undefined) found.push(role)
    // Nothing behind a test that failed has been reached.
    else if (part.form === 'all') open.push(part.parts.find(({ outcome }) => !holds(outcome))!)
    else open.push(...part.parts.toReversed())
  }
  return found
}

/** Returns the role that a call of `has_role` is about, in words. */
function roleOf({ condition, environment, world, outcome }: Part, resource: unknown, shown: Shown): string | undefined {
  if (condition.kind !== 'ref' || condition.definition.name !== 'has_role' || fails(outcome)) return undefined
  const { definition, args } = condition
  const values = definition.arguments.map((argument) => {
    if (argument.kind === 'value') return argument.value
    const isParameter = argument.kind === 'path' && argument.root.kind === 'parameter' && argument.steps.length === 0
    const at = isParameter ? definition.parameters.indexOf(argument.root) : -1
    return at < 0 ? undefined : world.value(args[at]!, environment)
  })
  const [, role, of] = values
  if (typeof role !== 'string' || typeof of !== 'object' || of === null) return undefined
  return of === resource ? `${ofResource}${role}` : `${role} of ${shown.value(of)}`
}
