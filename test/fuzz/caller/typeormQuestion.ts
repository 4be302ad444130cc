import { Brackets, type SelectQueryBuilder } from 'typeorm'
import type { Random } from '../random.js'
import { docs, users } from './callerCase.js'

/** A value of a column or a relation in a `where`, as plain data, so that a case can be printed. */
type Test = Readonly<Record<string, unknown>>

/** A `where` as plain data: alternatives of conditions. */
export type Conditions = readonly Readonly<Record<string, Test>>[]

export type Question =
  /** `find` with nothing but a `where`: exactly the rows of both filters. */
  | { readonly kind: 'list'; readonly where: Conditions }
  | { readonly kind: 'find'; readonly operation: string; readonly where: Conditions; readonly options: object }
  | { readonly kind: 'number'; readonly operation: string; readonly where: Conditions }
  | { readonly kind: 'related'; readonly where: Conditions; readonly isMany: boolean }
  | { readonly kind: 'builder'; readonly steps: readonly Step[]; readonly at: number; readonly end: string }
  | { readonly kind: 'write'; readonly operation: string; readonly where: Conditions; readonly isBuilder: boolean }

export type Step =
  | { readonly call: 'where' | 'andWhere' | 'orWhere'; readonly sql: string; readonly bracketed: boolean }
  | { readonly call: 'setFindOptions'; readonly where: Conditions }
  | { readonly call: 'join'; readonly relation: string; readonly isSelected: boolean; readonly isInner: boolean }
  | { readonly call: 'orderBy' | 'groupBy'; readonly column: string }
  | { readonly call: 'take' | 'skip' | 'limit' | 'offset'; readonly count: number }
  | { readonly call: 'withDeleted' | 'distinct' | 'clone' }

/** A list as long as databases take, and longer, now and then. */
function randomIds(random: Random, known: readonly number[]): readonly number[] {
  const length = random.chance(0.005) ? random.pick([20_000, 33_000, 66_000]) : random.integer(0, 14)
  const some = random.sample(known, random.integer(0, Math.min(length, known.length)))
  return random.shuffled([...some, ...Array.from({ length: length - some.length }, (_, at) => 1_000 + at)])
}

function randomConditions(random: Random): Conditions {
  if (random.chance(0.7)) return [randomCondition(random, 0)]
  // TypeORM passes over an empty alternative, beside which all others would be in vain.
  return [randomCondition(random, 1), randomCondition(random, 1)]
}

function randomCondition(random: Random, least: number): Conditions[number] {
  const names = ['id', 'title', 'ownerId', 'parentId', 'owner', 'tags', 'count'] as const
  const some = random.sample(names, Math.max(least, random.pick([0, 1, 1, 2])))
  return Object.fromEntries(some.map((name) => [name, randomTest(random, name)]))
}

function randomTest(random: Random, name: string): Test {
  if (name === 'owner') return { related: { id: randomTest(random, 'ownerId') } }
  if (name === 'tags') return { related: { id: randomTest(random, 'id') } }
  if (name === 'title')
    return random.pick([{ is: 'a' }, { like: '%' }, { raw: "IN ('a', 'b')" }, { raw: "= 'a' OR 1 = 1" }])
  if (name === 'count') return random.pick([{ is: 0 }, { raw: '>= 0' }, { raw: '= 0 OR 1 = 1' }])
  const known = name === 'ownerId' ? users : docs
  const list = randomIds(random, known)
  const one = random.pick(known)
  const nil = name === 'parentId' ? [{ null: true }, { not: { null: true } }] : []
  return random.pick<Test>([
    { in: list },
    { in: list },
    { not: { in: list } },
    { not: { is: one } },
    { from: one },
    { between: [one, one + 3] },
    { or: [{ is: one }, { in: list }] },
    { and: [{ from: one }, { not: { in: list } }] },
    { raw: `IN (${list.slice(0, 9).join(', ') || 0})` },
    { raw: `= ${one} OR 1 = 1` },
    ...nil,
  ])
}

export function randomQuestion(random: Random): Question {
  const kind = random.weighted({ list: 3, find: 3, number: 1, related: 1, builder: 5, write: 5 })
  const where = randomConditions(random)
  switch (kind) {
    case 'list':
      return { kind, where }
    case 'find': {
      const operation = random.pick(['find', 'findOne', 'findAndCount', 'findBy', 'findOneBy', 'findOneOrFail'])
      return { kind, operation, where, options: randomOptions(random) }
    }
    case 'number':
      return { kind, where, operation: random.pick(['count', 'countBy', 'exists', 'existsBy', 'sum', 'maximum']) }
    case 'related':
      return { kind, where, isMany: random.chance(0.5) }
    case 'builder': {
      const some = Array.from({ length: random.integer(0, 5) }, () => randomStep(random))
      // The second would join the same relations again.
      const first = some.findIndex((step) => step.call === 'setFindOptions')
      const steps = some.filter((step, index) => step.call !== 'setFindOptions' || index === first)
      const end = random.pick(['getMany', 'getOne', 'getCount', 'getManyAndCount', 'getRawMany', 'getExists'])
      return { kind, steps, at: random.integer(0, steps.length), end }
    }
    case 'write': {
      const operation = random.pick(['update', 'delete', 'softDelete', 'restore', 'increment', 'decrement'])
      // TypeORM's writes know no relations.
      const columns = where.map(({ owner: _, tags: __, ...rest }) =>
        Object.keys(rest).length > 0 ? rest : { id: { from: 1 } },
      )
      return { kind, operation, where: columns, isBuilder: random.chance(0.3) }
    }
  }
}

function randomOptions(random: Random): object {
  const relations = random.sample(['parent', 'children', 'tags', 'labels', 'owner'] as const, random.pick([0, 1, 2]))
  return {
    ...(random.chance(0.4) && { order: { [random.pick(['id', 'title', 'ownerId'])]: random.pick(['ASC', 'DESC']) } }),
    ...(random.chance(0.4) && { take: random.pick([1, 3, 20]) }),
    ...(random.chance(0.2) && { skip: random.integer(0, 3) }),
    ...(relations.length > 0 && { relations: Object.fromEntries(relations.map((name) => [name, true])) }),
    ...(random.chance(0.2) && { relationLoadStrategy: random.pick(['join', 'query']) }),
    ...(random.chance(0.2) && { withDeleted: true }),
  }
}

const conditions = [
  '1 = 1',
  'd.id > 3',
  'd.id = 1 OR d.id > 2',
  "d.title = 'a' OR NOT (d.count > 0)",
  'd.ownerId IN (1, 2)',
  'd.parentId IS NULL OR 1 = 1',
  'd.deletedAt IS NOT NULL OR 1 = 1',
] as const

function randomStep(random: Random): Step {
  const call = random.weighted({
    where: 1,
    andWhere: 3,
    orWhere: 4,
    find: 1,
    join: 3,
    order: 2,
    group: 0.3,
    page: 3,
    other: 2,
  })
  switch (call) {
    case 'where':
    case 'andWhere':
    case 'orWhere':
      return { call, sql: random.pick(conditions), bracketed: random.chance(0.4) }
    case 'find':
      return { call: 'setFindOptions', where: randomConditions(random) }
    case 'join':
      return {
        call: 'join',
        relation: random.pick(['parent', 'children', 'tags', 'labels', 'owner']),
        isSelected: random.chance(0.6),
        isInner: random.chance(0.3),
      }
    case 'order':
      return { call: 'orderBy', column: random.pick(['d.id', 'd.title', 'd.ownerId']) }
    case 'group':
      return { call: 'groupBy', column: 'd.id' }
    case 'page':
      return { call: random.pick(['take', 'skip', 'limit', 'offset'] as const), count: random.integer(1, 5) }
    case 'other':
      return { call: random.pick(['withDeleted', 'distinct', 'clone'] as const) }
  }
}

/** Takes a step of a query builder whose rows are `d`. */
export function stepped<Row extends object>(
  query: SelectQueryBuilder<Row>,
  step: Step,
  at: number,
  whereOf: (conditions: Conditions) => object[],
): SelectQueryBuilder<Row> {
  switch (step.call) {
    case 'where':
    case 'andWhere':
    case 'orWhere': {
      const { sql } = step
      return query[step.call](step.bracketed ? new Brackets((inner) => inner.where(sql)) : sql)
    }
    case 'setFindOptions':
      return query.setFindOptions({ where: whereOf(step.where) as never })
    case 'join': {
      const way = `${step.isInner ? 'inner' : 'left'}Join${step.isSelected ? 'AndSelect' : ''}` as const
      return query[way](`d.${step.relation}`, `j${at}`)
    }
    case 'orderBy':
    case 'groupBy':
      return query[step.call](step.column)
    case 'take':
    case 'skip':
    case 'limit':
    case 'offset':
      return query[step.call](step.count)
    case 'withDeleted':
    case 'clone':
      return query[step.call]()
    case 'distinct':
      return query.distinct(true)
  }
}
