import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import type { PrismaProvider, PrismaSchema } from '../../../packages/prisma/src/schema/schema.js'
import { type Client, openCaller } from '../../prisma/caller.js'
import { type Database, openDatabases } from '../../prisma/databases.js'
import { quiet, withoutTime } from '../evaluators.js'
import { dialectsOf } from '../orm/orms.js'
import { Random } from '../random.js'
import { type Asked, type CallerWorld, type Doc, stateOf } from './caller.js'
import { actorOf, docs, randomPolicy, users } from './callerCase.js'
import { mostValues, type Question, randomQuestion, type Where } from './prismaQuestion.js'

/** The rows that questions are asked about through Prisma, in one database. */
export class PrismaWorld implements CallerWorld {
  readonly name: string
  readonly #provider: PrismaProvider
  readonly #bare: Client
  /** Its statements take few values. */
  readonly #few: Client
  readonly #schema: PrismaSchema
  readonly #database: Database

  private constructor(database: Database, bare: Client, few: Client, schema: PrismaSchema) {
    this.name = `Prisma on ${database.name}`
    this.#provider = database.provider
    this.#bare = bare
    this.#few = few
    this.#schema = schema
    this.#database = database
  }

  /** @param names - Of worlds that are asked, such as `Prisma on SQLite`. */
  static async openAll(names: RegExp): Promise<readonly PrismaWorld[]> {
    const databases = await openDatabases('fuzz_caller', dialectsOf('Prisma', names))
    return Promise.all(
      databases.map(async (database) => {
        const { client, schema, connect } = await openCaller(database)
        return new PrismaWorld(database, client, connect(limited(database.adapter)), schema)
      }),
    )
  }

  async fill(seed: number): Promise<void> {
    const bare = this.#bare
    const random = new Random(seed)
    await bare.tag.deleteMany()
    await bare.doc.updateMany({ data: { parentId: null } })
    await bare.doc.deleteMany()
    await bare.label.deleteMany()
    await bare.user.deleteMany()
    await bare.user.createMany({ data: users.map((id) => ({ id, name: `${id}` })) })
    await bare.label.createMany({ data: docs.map((id) => ({ id })) })
    await bare.doc.createMany({
      data: docs.map((id) => ({
        ...{ id, slug: `doc ${id}`, title: random.pick(['a', 'b']), count: 0, ownerId: random.pick(users) },
        parentId: id > 1 && random.chance(0.5) ? random.integer(1, id - 1) : null,
      })),
    })
    await bare.tag.createMany({ data: docs.map((id) => ({ id, docId: random.pick(docs) })) })
    for (const id of random.sample(docs, 8))
      await bare.doc.update({
        where: { id },
        data: { labels: { connect: random.sample(docs, 2).map((one) => ({ id: one })) } },
      })
  }

  async ask(random: Random): Promise<Asked> {
    const policy = randomPolicy(random, mostValues)
    const question = randomQuestion(random)
    const given =
      question.kind === 'write' || question.kind === 'list' ? await this.#given(question) : new Set<number>()
    const authorizer = new Authorizer({ ...quiet, limits: withoutTime })
    const { me, text } = actorOf(policy, authorizer)
    const { prisma, authorizedFilter } = prismaAuthorization(authorizer, this.#few, {
      schema: this.#schema,
      unscoped: 'allow',
    })
    authorizer.loadSync(text)
    const whole = await this.#bare.doc.findMany({
      include: { tags: true, labels: true, owner: true, parent: true, children: { include: { tags: true } } },
    })
    const allowed = new Set<number>()
    for (const doc of whole) {
      const row = authorizer.as('Doc', {
        ...doc,
        children: doc.children.map((child) => authorizer.as('Doc', child)),
        tags: doc.tags.map((tag) => authorizer.as('Tag', tag)),
        labels: doc.labels.map((label) => authorizer.as('Label', label)),
      })
      if (await authorizer.isAllowed(me, 'read', row)) allowed.add(doc.id)
    }
    const filter = (args?: object) => authorizedFilter(me, args ?? {})
    return {
      about: { policy, question },
      allowed,
      isRefusal,
      docsIn,
      put: () => put(question, prisma, filter, this.#provider),
      wrong: (answer, before, after) => this.#wrong(question, answer, { allowed, given, before, after }),
    }
  }

  async all(): Promise<readonly Doc[]> {
    return await this.#bare.doc.findMany({ select: { id: true, slug: true, count: true }, orderBy: { id: 'asc' } })
  }

  /** @returns what is wrong with numbers, and with a list of which all is known */
  async #wrong(
    question: Question,
    answer: unknown,
    { allowed, given, before, after }: Known,
  ): Promise<string | undefined> {
    if (question.kind === 'write') return beyond(question, given, before, after)
    if (answer === undefined) return undefined
    if (question.kind === 'list') {
      const expected = [...given].filter((id) => allowed.has(id))
      const found = docsIn(answer).map(({ id }) => id)
      const text = (ids: readonly number[]): string => [...new Set(ids)].sort((a, b) => a - b).join()
      if (text(found) !== text(expected)) return `the list has ${text(found)} in the place of ${text(expected)}`
    }
    if (question.kind === 'number' && question.operation !== 'groupBy') {
      const { _count: counted } = answer as { _count: number }
      if (counted > allowed.size) return `${counted} rows are counted, of which ${allowed.size} may be seen`
    }
    if (question.kind === 'related') {
      const owners = await this.#bare.doc.findMany({ where: { id: { in: before.map(({ id }) => id) } } })
      for (const { id, _count: counts } of answer as readonly { id: number; _count?: { docs: number } }[]) {
        const most = owners.filter((doc) => doc.ownerId === id && allowed.has(doc.id)).length
        if (counts && counts.docs > most)
          return `${counts.docs} documents of ${id} are counted, of which ${most} may be seen`
      }
    }
    return undefined
  }

  /** The documents that the caller's own `where` leaves, at the place where the question has it: Prisma reads it by its place. */
  async #given(question: Extract<Question, { kind: 'write' | 'list' }>): Promise<ReadonlySet<number>> {
    const where = question.kind === 'write' && isOfOne(question) ? { AND: [question.where] } : question.where
    const found = await this.#bare.doc.findMany({ where, select: { id: true } })
    return new Set(found.map(({ id }) => id))
  }

  async close(): Promise<void> {
    await this.#bare.$disconnect()
    await this.#few.$disconnect()
    await this.#database.close()
  }
}

/** The facts about a question beside its answer. */
interface Known {
  readonly allowed: ReadonlySet<number>
  /** The documents that the caller's own `where` leaves. */
  readonly given: ReadonlySet<number>
  readonly before: readonly Doc[]
  readonly after: readonly Doc[]
}

/** @returns which rows changed that the caller's own `where` leaves out */
function beyond(
  question: Extract<Question, { kind: 'write' }>,
  given: ReadonlySet<number>,
  before: readonly Doc[],
  after: readonly Doc[],
): string | undefined {
  const now = new Map(after.map((doc) => [doc.id, stateOf(doc)]))
  const changed = before.filter((doc) => now.get(doc.id) !== stateOf(doc)).map(({ id }) => id)
  const wrong = changed.filter((id) => !given.has(id) || (isOfOne(question) && id !== question.id))
  return wrong.length > 0 ? `rows beyond the caller's where changed: ${wrong.join()}` : undefined
}

/** Whether a write is for the row of its key, beside which the caller's `where` is in `AND`. */
function isOfOne({ operation }: Extract<Question, { kind: 'write' }>): boolean {
  return ['update', 'upsert', 'delete'].includes(operation)
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

/** The documents anywhere in an answer. */
function docsIn(answer: unknown): Doc[] {
  if (typeof answer !== 'object' || answer === null) return []
  const inside = Object.values(answer).flatMap(docsIn)
  return 'slug' in answer && 'id' in answer ? [answer as Doc, ...inside] : inside
}

/** An adapter that says of its database that it takes few values. */
function limited(adapter: Database['adapter']): Database['adapter'] {
  const connect = adapter.connect.bind(adapter)
  const few = {
    async connect() {
      const connection = await connect()
      const info = 'getConnectionInfo' in connection ? connection.getConnectionInfo?.() : undefined
      const getConnectionInfo = () => ({ supportsRelationJoins: false, ...info, maxBindValues: mostValues })
      return Object.assign(connection, { getConnectionInfo })
    },
  }
  return Object.assign(Object.create(adapter), few)
}

/** Prisma's own complaints, of which the last is one of lists of the caller's that it divided. */
function isRefusal(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return /^P20\d\d$/.test(String(code)) || String(error).includes('Expected zero or one element')
}
