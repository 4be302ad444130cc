import { type Arguments, isLiteral } from './literal.js'
import { markerKey } from './markers.js'

/**
 * A caller's `where` and the filters. What names a unique row stays at the top, where unique operations look for it. All else
 * stands beside the filters: there it can only leave rows out, also where Prisma takes it for something else than it seems.
 * @param uniques - Arguments that name a row; what another authorization asks for stays at its place as well.
 */
export function guardedWhere(own: unknown, filters: readonly Arguments[], uniques: readonly string[]): unknown {
  if (filters.length === 0) return own
  const top: Record<string, unknown> = {}
  const beside: Record<string, unknown> = {}
  const isKept = own === undefined || isLiteral(own)
  // As Prisma does, with what the prototype has.
  if (isLiteral(own))
    for (const name in own) (uniques.includes(name) || name === markerKey ? top : beside)[name] = own[name]
  const others = !isKept ? [own] : Object.keys(beside).length > 0 ? [beside] : []
  const all = [...others, ...filters]
  // Prisma writes down the way to each value, so that each level costs something for each key of a list.
  return all.length === 1 && Object.keys(top).length === 0 ? all[0] : { ...top, AND: all }
}
