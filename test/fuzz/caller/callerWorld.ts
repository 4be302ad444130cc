import { Authorizer } from '@arcturus/core'
import { type PrismaProvider, type PrismaSchema, prismaAuthorization } from '@arcturus/prisma'
import { type Client, openCaller } from '../../prisma/caller.js'
import { type Database, openDatabases } from '../../prisma/databases.js'
import { withoutTime } from '../evaluators.js'
import { changedWhere, type Planted } from '../orm/planted.js'
import { Random } from '../random.js'
import { type CallerCase, docs, mostValues, users } from './callerCase.js'

/** A document as it is compared. */
export interface Doc {
  readonly id: number
  readonly slug: string
  readonly count: number
}

/** The rows that questions are asked about, in one database. */
export class CallerWorld {
  readonly name: string
  readonly provider: PrismaProvider
  readonly bare: Client
  readonly #schema: PrismaSchema
  readonly #database: Database

  private constructor(database: Database, bare: Client, schema: PrismaSchema) {
    this.name = database.name
    this.provider = database.provider
    this.bare = bare
    this.#schema = schema
    this.#database = database
  }

  /** @param names - Of databases that are asked. */
  static async openAll(names = /./): Promise<readonly CallerWorld[]> {
    const databases = await openDatabases('fuzz_caller', ['sqlite', 'postgresql', 'mysql'])
    return Promise.all(
      databases
        .filter(({ name }) => names.test(name))
        .map(async (database) => {
          const { client, schema } = await openCaller({ ...database, adapter: limited(database.adapter) })
          return new CallerWorld(database, client, schema)
        }),
    )
  }

  /** Puts rows in the place of those that are there: the same ones for a seed. */
  async fill(seed: number): Promise<void> {
    const { bare } = this
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

  /** The filters of a case, and the documents that its actor may see, by the check. */
  async ask({ rule, lists }: CallerCase, planted: Planted | undefined) {
    class Me {
      readonly docs = lists.docs
      readonly tags = lists.tags
      readonly labels = lists.labels
      readonly owners = lists.owners
    }
    const authorizer = new Authorizer({ print: () => {}, limits: withoutTime }).registerClass(Me)
    const { extension, authorizedFilter } = prismaAuthorization(authorizer, this.#schema)
    const extended = this.bare.$extends(extension)
    const change = planted?.where
    const client = (change ? extended.$extends(changing(change)) : extended) as unknown as Client
    authorizer.loadSync(`
      allow(me: Me, action, doc: Doc) if action in ["read", "edit"] and ${rule};
      allow(_: Me, "create", _: Doc);
      allow(_: Me, "read", _: User);
    `)
    const me = new Me()
    const whole = await this.bare.doc.findMany({
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
    return { client, allowed, filter: (args?: object) => authorizedFilter(me, args ?? {}) }
  }

  async all(): Promise<readonly Doc[]> {
    return await this.bare.doc.findMany({ select: { id: true, slug: true, count: true }, orderBy: { id: 'asc' } })
  }

  async close(): Promise<void> {
    await this.bare.$disconnect()
    await this.#database.close()
  }
}

/** Changes what reaches Prisma, in all arguments. */
function changing(change: NonNullable<Planted['where']>): object {
  const $allOperations = ({ args, query }: { args: unknown; query(args: unknown): unknown }): unknown =>
    query(changedWhere(args, change))
  return { query: { $allModels: { $allOperations } } }
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
