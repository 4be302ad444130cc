import { ArcturusError } from '@arcturus/core'
import type { Client } from '../../prisma/caller.js'
import type { Planted } from '../orm/planted.js'
import { Random } from '../random.js'
import { type CallerCase, callerCase, docs, mostValues, type Question, type Where } from './callerCase.js'
import { CallerWorld, type Doc } from './callerWorld.js'

export interface CallerOptions {
  readonly seed: number
  readonly cases: number
  /** The first case's index. Default 0. */
  readonly from?: number
  /** Of the databases that are asked. Default: all. */
  readonly databases?: RegExp
  readonly planted?: Planted
}

export interface CallerReport {
  readonly cases: number
  /** How often questions were answered, refused, and left out rows. */
  readonly counts: ReadonlyMap<string, number>
  /** What came back or changed though the filter leaves it out, with the case. */
  readonly failures: readonly string[]
}

/** So many cases are about the same rows. */
const casesOfRows = 25

/** Asks random questions beside random filters; ends with the first row outside of a filter that comes back or changes. */
export async function fuzzCaller({ seed, cases, from = 0, databases, planted }: CallerOptions): Promise<CallerReport> {
  const worlds = await CallerWorld.openAll(databases)
  const counts = new Map<string, number>()
  const failures: string[] = []
  let count = 0
  try {
    let rows: number | undefined
    let filled = ''
    for (; count < cases && failures.length === 0; count++) {
      const index = from + count
      const asked = callerCase(Random.ofCase(seed ^ 0x3c6ef372, index))
      const next = Math.floor(index / casesOfRows)
      if (next !== rows) await Promise.all(worlds.map((world) => world.fill(next ^ seed)))
      if (next !== rows) filled = JSON.stringify(await worlds[0]?.all())
      rows = next
      await Promise.all(
        worlds.map(async (world) => {
          const failure = await compare(world, asked, planted, (what) => counts.set(what, (counts.get(what) ?? 0) + 1))
          if (failure)
            failures.push(
              `${failure}, with Prisma on ${world.name}\n${JSON.stringify(asked)}\nrepeat: pnpm fuzz --cases 0 --seed ${seed} --caller 1 --from ${index}`,
            )
          const isChanged = asked.question.kind === 'write' && JSON.stringify(await world.all()) !== filled
          if (isChanged) await world.fill(next ^ seed)
        }),
      )
    }
  } finally {
    for (const world of worlds) await world.close()
  }
  return { cases: count, counts, failures }
}

/** @returns what is wrong */
async function compare(
  world: CallerWorld,
  asked: CallerCase,
  planted: Planted | undefined,
  note: (what: string) => void,
): Promise<string | undefined> {
  const { client, allowed, filter } = await world.ask(asked, planted)
  const before = await world.all()
  let answer: unknown
  try {
    answer = await put(asked.question, client, filter, world.provider)
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
    const isRefused = error instanceof ArcturusError || /^P20\d\d$/.test(String(code))
    // Prisma's own complaint where it divided a list of the caller's.
    const isRepeated = String(error).includes('Expected zero or one element')
    if (!isRefused && !isRepeated) return `crash: ${error instanceof Error ? error.stack : String(error)}`
    note(`refused: ${String(code)}`)
  }
  if (answer !== undefined) note(`answered: ${asked.question.kind}`)
  if (allowed.size > 0 && allowed.size < docs.length) note('with some rows, but not all')
  const isHidden = (id: number): boolean => docs.includes(id) && !allowed.has(id)
  const seen = docsIn(answer).filter(({ id }) => isHidden(id))
  if (seen.length > 0) return `hidden rows come back: ${seen.map(({ id }) => id).join()}`
  const wrong = await differs(world, asked.question, answer, allowed, before)
  if (wrong) return wrong
  const after = new Map((await world.all()).map((doc) => [doc.id, doc]))
  for (const doc of before) {
    const now = after.get(doc.id)
    if (isHidden(doc.id) && (now?.count !== doc.count || now.slug !== doc.slug))
      return `a hidden row changed: ${doc.id}`
  }
  return undefined
}

type Filter = (args?: object) => { readonly where: object }
/** Sound: delegates of a client take arguments of these operations, which Prisma validates. */
type Delegate = Record<string, (args: object) => PromiseLike<unknown>>

async function put(question: Question, client: Client, filter: Filter, provider: string): Promise<unknown> {
  const doc = client.doc as unknown as Delegate
  switch (question.kind) {
    case 'list':
      return doc['findMany']!({ ...filter(), where: question.where })
    case 'find':
      return doc[question.operation]!(filter(question.args))
    case 'batch':
      return Promise.all(question.ids.map((id) => doc['findUnique']!(filter({ where: { id } }))))
    case 'number': {
      const where = { ...question.where, ...filter().where }
      if (question.operation === 'groupBy') return doc['groupBy']!({ by: ['id', 'slug'], where })
      if (question.operation === 'aggregate') return doc['aggregate']!({ where, _count: true })
      return { _count: await doc['count']!({ where }) }
    }
    case 'related': {
      const { args, isMarked } = question
      const strategy = provider === 'postgresql' ? { relationLoadStrategy: question.strategy } : {}
      const user = client.user as unknown as Delegate
      if (isMarked) return user['findMany']!({ ...filter({ ...args, ...strategy }) })
      const include = args['include'] as Where
      const marked =
        '_count' in include ? { _count: { select: { docs: filter() } } } : { docs: filter(own(include['docs'])) }
      return user['findMany']!({ ...args, ...strategy, include: marked })
    }
    case 'write': {
      const { where } = filter({ action: 'edit' })
      const data = { count: { increment: 1 } }
      const { id, operation, where: given } = question
      const many = { ...given, ...where }
      const one = { id, AND: [given], ...where }
      const create = { id: 500, slug: 'created', title: '', count: 0, ownerId: 1 }
      if (operation === 'deleteMany') return doc['deleteMany']!({ where: many })
      if (operation === 'delete') return doc['delete']!({ where: one })
      if (operation === 'update') return doc['update']!({ where: one, data })
      if (operation === 'upsert') return doc['upsert']!({ where: one, update: data, create })
      if (operation === 'updateMany' || provider === 'mysql') return doc['updateMany']!({ where: many, data })
      return doc['updateManyAndReturn']!({ where: many, data })
    }
  }
}

function own(args: unknown): object {
  return typeof args === 'object' && args !== null ? args : {}
}

/** @returns what is wrong with numbers, and with a list of which all is known */
async function differs(
  world: CallerWorld,
  question: Question,
  answer: unknown,
  allowed: ReadonlySet<number>,
  before: readonly Doc[],
): Promise<string | undefined> {
  if (answer === undefined) return undefined
  // A negated list of the caller's own is divided as well: those rows are in the filter, but not in the caller's `where`.
  const isDivided = /"(NOT|none|every|notIn)"/.test(JSON.stringify(question))
  if (question.kind === 'list' && !isDivided && valuesIn(question.where) <= mostValues - 10) {
    const given = await world.bare.doc.findMany({ where: question.where, select: { id: true } })
    const expected = given.map(({ id }) => id).filter((id) => allowed.has(id))
    const found = docsIn(answer).map(({ id }) => id)
    const text = (ids: readonly number[]): string => [...new Set(ids)].sort((a, b) => a - b).join()
    if (text(found) !== text(expected)) return `the list has ${text(found)} in the place of ${text(expected)}`
  }
  if (question.kind === 'number' && question.operation !== 'groupBy') {
    const { _count: counted } = answer as { _count: number }
    if (counted > allowed.size) return `${counted} rows are counted, of which ${allowed.size} may be seen`
  }
  if (question.kind === 'related') {
    const owners = await world.bare.doc.findMany({ where: { id: { in: before.map(({ id }) => id) } } })
    for (const { id, _count: counts } of answer as readonly { id: number; _count?: { docs: number } }[]) {
      const most = owners.filter((doc) => doc.ownerId === id && allowed.has(doc.id)).length
      if (counts && counts.docs > most)
        return `${counts.docs} documents of ${id} are counted, of which ${most} may be seen`
    }
  }
  return undefined
}

function valuesIn(of: unknown): number {
  if (typeof of !== 'object' || of === null) return 1
  return Object.values(of).reduce((sum: number, one) => sum + valuesIn(one), 0)
}

/** The documents anywhere in an answer. */
function docsIn(answer: unknown): Doc[] {
  if (typeof answer !== 'object' || answer === null) return []
  const inside = Object.values(answer).flatMap(docsIn)
  return 'slug' in answer && 'id' in answer ? [answer as Doc, ...inside] : inside
}
