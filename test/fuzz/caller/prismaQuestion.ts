import type { Random } from '../random.js'
import { docs, randomList, users } from './callerCase.js'

/** So few values a statement takes here, so that small queries are divided. */
export const mostValues = 60

export type Where = Readonly<Record<string, unknown>>

export type Question =
  /** `findMany` with nothing but a `where`: exactly the rows of both filters. */
  | { readonly kind: 'list'; readonly where: Where }
  | { readonly kind: 'find'; readonly operation: string; readonly args: Where }
  | { readonly kind: 'batch'; readonly ids: readonly number[] }
  | { readonly kind: 'number'; readonly operation: 'count' | 'aggregate' | 'groupBy'; readonly where: Where }
  | { readonly kind: 'related'; readonly args: Where; readonly isMarked: boolean; readonly strategy: 'join' | 'query' }
  | { readonly kind: 'write'; readonly operation: string; readonly where: Where; readonly id: number }

function randomWhere(random: Random, depth = 2): Where {
  const list = randomList(random, docs, mostValues)
  const kind = random.weighted({ in: 5, notIn: 1, order: 1, or: 2, not: 2, related: 2, none: 1 })
  switch (kind) {
    case 'in':
      return { id: { in: list } }
    case 'notIn':
      return { id: { notIn: list } }
    case 'order':
      return { id: { gte: random.pick(docs) } }
    case 'none':
      return {}
    case 'or':
      return depth === 0
        ? { id: { in: list } }
        : { OR: Array.from({ length: random.pick([0, 1, 2, 2, 2]) }, () => randomWhere(random, depth - 1)) }
    case 'not':
      return depth === 0 ? { NOT: { id: 1 } } : { NOT: randomWhere(random, depth - 1) }
    case 'related': {
      const way = random.pick(['some', 'none', 'every'])
      return random.chance(0.5) ? { tags: { [way]: { id: { in: list } } } } : { owner: { is: { id: { in: list } } } }
    }
  }
}

export function randomQuestion(random: Random): Question {
  const kind = random.weighted({ list: 3, find: 3, batch: 1, number: 1, related: 4, write: 5 })
  switch (kind) {
    case 'list':
      return { kind, where: randomWhere(random) }
    case 'find': {
      const operation = random.pick(['findMany', 'findFirst', 'findFirstOrThrow'])
      const { take, ...paging } = randomPaging(random)
      const include = random.chance(0.4) ? { include: related(random) } : {}
      const limit = operation === 'findMany' && take !== undefined ? { take } : {}
      return { kind, operation, args: { where: randomWhere(random), ...paging, ...limit, ...include } }
    }
    case 'batch':
      return { kind, ids: random.sample(docs, random.integer(2, 6)) }
    case 'number':
      return { kind, operation: random.pick(['count', 'aggregate', 'groupBy'] as const), where: randomWhere(random) }
    case 'related': {
      const isMarked = random.chance(0.5)
      const strategy = random.pick(['join', 'query'] as const)
      const paging = isMarked || random.chance(0.5) ? undefined : randomPaging(random)
      const selection = random.chance(0.3)
        ? { _count: isMarked ? { select: { docs: true } } : true }
        : { docs: paging ?? true }
      return {
        kind,
        isMarked,
        strategy,
        args: { where: { id: { in: randomList(random, users, mostValues) } }, include: selection },
      }
    }
    case 'write':
      return {
        kind,
        operation: random.pick(['update', 'updateMany', 'updateManyAndReturn', 'upsert', 'delete', 'deleteMany']),
        where: randomWhere(random),
        id: random.pick(docs),
      }
  }
}

function randomPaging(random: Random): Where {
  return {
    ...(random.chance(0.4) && { orderBy: { [random.pick(['id', 'title', 'ownerId'])]: random.pick(['asc', 'desc']) } }),
    ...(random.chance(0.3) && { take: random.pick([-5, 1, 3, 20]) }),
    ...(random.chance(0.2) && { skip: random.integer(0, 3) }),
    ...(random.chance(0.3) && { cursor: { id: random.pick(docs) } }),
    ...(random.chance(0.2) && { distinct: [random.pick(['ownerId', 'title', 'parentId'])] }),
  }
}

function related(random: Random): Where {
  return random.pick([
    { children: true },
    { parent: true },
    { children: { include: { children: true, _count: true } } },
    { children: { where: randomWhere(random, 1) } },
    { owner: { include: { docs: true } } },
    { _count: true },
    { _count: { select: { children: { where: randomWhere(random, 1) } } } },
  ])
}
