import type { Random } from '../random.js'

/** So few values a statement takes here, so that small queries are divided. */
export const mostValues = 60

/** Names rows in all databases. */
export const docs = Array.from({ length: 12 }, (_, at) => at + 1)
export const users = [1, 2, 3, 4]

export type Where = Readonly<Record<string, unknown>>

/** What somebody asks of the documents that a filter leaves. */
export interface CallerCase {
  /** The condition of the policy. */
  readonly rule: string
  /** The lists of the actor. */
  readonly lists: Readonly<Record<(typeof listNames)[number], readonly number[]>>
  readonly question: Question
}

export type Question =
  /** `findMany` with nothing but a `where`: exactly the rows of both filters. */
  | { readonly kind: 'list'; readonly where: Where }
  | { readonly kind: 'find'; readonly operation: string; readonly args: Where }
  | { readonly kind: 'batch'; readonly ids: readonly number[] }
  | { readonly kind: 'number'; readonly operation: 'count' | 'aggregate' | 'groupBy'; readonly where: Where }
  | { readonly kind: 'related'; readonly args: Where; readonly isMarked: boolean; readonly strategy: 'join' | 'query' }
  | { readonly kind: 'write'; readonly operation: string; readonly where: Where; readonly id: number }

const listNames = ['docs', 'tags', 'labels', 'owners'] as const

const leaves = [
  'not (doc.id in me.docs)',
  'doc.id in me.docs',
  'not (tag in doc.tags and tag.id in me.tags)',
  'not (tag in doc.tags and not (tag.id in me.tags))',
  'forall(label in doc.labels, not (label.id in me.labels))',
  'forall(tag in doc.tags, tag.id in me.tags)',
  'label in doc.labels and label.id in me.labels',
  'label in doc.labels and not (label.id in me.labels)',
  'not (doc.owner.id in me.owners)',
  'doc.owner.id in me.owners',
  'doc.parent != nil and not (doc.parent.id in me.docs)',
  'not (child in doc.children and tag in child.tags and tag.id in me.tags)',
] as const

export function callerCase(random: Random): CallerCase {
  const rule = randomRule(random, 2)
  const lists = {
    docs: randomList(random, docs),
    tags: randomList(random, docs),
    labels: randomList(random, docs),
    owners: randomList(random, users),
  }
  return { rule, lists, question: randomQuestion(random) }
}

function randomRule(random: Random, depth: number): string {
  if (depth === 0 || random.chance(0.45)) return `(${random.pick(leaves)})`
  const [one, other] = [randomRule(random, depth - 1), randomRule(random, depth - 1)]
  if (random.chance(0.15)) return `not (${one} and ${other})`
  return `(${one} ${random.chance(0.6) ? 'and' : 'or'} ${other})`
}

/** Values that rows have, among others: up to and beyond what a statement takes. */
function randomList(random: Random, known: readonly number[]): readonly number[] {
  const length = random.chance(0.5) ? random.integer(0, 3) : random.integer(2, Math.floor(mostValues * 1.2))
  const some = random.sample(known, random.integer(0, Math.min(length, known.length)))
  return random.shuffled([...some, ...Array.from({ length: length - some.length }, (_, at) => 1_000 + at)])
}

function randomWhere(random: Random, depth = 2): Where {
  const list = randomList(random, docs)
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
        : { OR: [randomWhere(random, depth - 1), randomWhere(random, depth - 1)] }
    case 'not':
      return depth === 0 ? { NOT: { id: 1 } } : { NOT: randomWhere(random, depth - 1) }
    case 'related': {
      const way = random.pick(['some', 'none', 'every'])
      return random.chance(0.5) ? { tags: { [way]: { id: { in: list } } } } : { owner: { is: { id: { in: list } } } }
    }
  }
}

function randomQuestion(random: Random): Question {
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
        args: { where: { id: { in: randomList(random, users) } }, include: selection },
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
