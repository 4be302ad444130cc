import type { Planted, Where } from '../orm/planted.js'

/** The mistake that the caller's dimension has to find: values that a row must not have, as a list that Prisma divides. */
export const dividedList: Planted = { orm: /^Prisma/, where: (part) => joined(joined(part, 'OR'), 'AND') }

/** The mistake of TypeORM's that it has to find: an alternative of the caller's, out of its brackets. */
export const bareAlternative: Planted = {
  orm: /^TypeORM/,
  sql: (text) => text.replace(/\(("\w+"\."\w+" = \S+ OR 1 = 1)\)/g, '$1'),
}

function joined(part: Where, connective: 'OR' | 'AND'): Where {
  const { [connective]: arms, ...rest } = part
  const way = connective === 'OR' ? 'equals' : 'not'
  if (!Array.isArray(arms) || arms.length < 2) return part
  const found = (arms as readonly Where[]).map((arm): readonly unknown[] | undefined => {
    const [[column, filter], ...others] = Object.entries(arm) as [[string, unknown]]
    if (others.length > 0 || typeof filter !== 'object' || filter === null || !(way in filter)) return undefined
    return [column, Reflect.get(filter, way)]
  })
  const [first] = found
  if (!first || found.some((one) => one?.[0] !== first[0] || typeof one?.[1] !== 'number')) return part
  return { ...rest, [String(first[0])]: { [connective === 'OR' ? 'in' : 'notIn']: found.map((one) => one![1]) } }
}
