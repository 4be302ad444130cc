import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modelsOf } from '../../packages/prisma/src/database/models.js'
import type { PrismaSchema } from '../../packages/prisma/src/schema/schema.js'
import { conditions, isStepThroughNil, policy, tables, tagged } from '../orm/dangling.js'
import { type Database, openDatabases } from './databases.js'
import { createTables } from './ddl.js'
import { known } from './documents.js'

/** So much of a client as is used here. */
interface Row {
  readonly id: number
}
type Delegate = Record<'createMany' | 'findMany' | 'findUniqueOrThrow' | 'upsert', (args: object) => Promise<Row[]>>
type Client = Record<Uncapitalize<keyof typeof tables>, Delegate> & {
  $extends(extension: unknown): Client
  $disconnect(): Promise<void>
}

const databases = await openDatabases(
  'dangling',
  process.env['ARCTURUS_TESTS'] === 'all' ? ['sqlite', 'postgresql', 'mysql'] : ['sqlite'],
)

async function generatedFor(database: Database) {
  const generated = `./generated/dangling-${known(database.provider)}-js`
  const { schema } = (await import(`${generated}/arcturus/schema.mjs`)) as { schema: PrismaSchema }
  const client = (await import(`${generated}/client/index.js`)) as {
    default: { PrismaClient: new (options: object) => Client }
  }
  return { schema, bare: new client.default.PrismaClient({ adapter: database.adapter }) }
}

describe.each(databases)('References to rows that are gone on $name', (database) => {
  let schema: PrismaSchema
  let bare: Client

  beforeAll(async () => {
    ;({ schema, bare } = await generatedFor(database))
    await database.execute(createTables(schema, { references: false }))
    for (const [name, data] of Object.entries(tables)) {
      const delegate = bare[(name.charAt(0).toLowerCase() + name.slice(1)) as keyof Client] as Delegate
      await delegate.createMany({ data })
    }
    const quote = database.provider === 'mysql' ? '`' : '"'
    const link = ['_CardToTag', 'A', 'B'].map((one) => `${quote}${one}${quote}`)
    await database.execute(
      tagged.map(([card, tag]) => `INSERT INTO ${link[0]} (${link[1]}, ${link[2]}) VALUES (${card}, ${tag})`),
    )
    opened = await open(false)
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })

  /** The policy over the database, the users and the cards with and without their relations. */
  const open = async (declares: boolean) => {
    const authorizer = new Authorizer()
    const { prisma, authorizedFilter } = prismaAuthorization(authorizer, bare, {
      unscoped: 'allow',
      ...(declares && {
        schema: { ...schema, relationMode: 'foreignKeys' },
        facts: { references: false },
      }),
    })
    authorizer.loadSync(policy)
    const loaded = { team: true, site: true, memberships: { include: { team: true } } }
    const include = { team: true, site: true, parent: { include: { team: true } }, tags: true, badge: true }
    const order = { orderBy: { id: 'asc' } }
    const users = [
      ...(await prisma.user.findMany(order)),
      ...(await prisma.user.findMany({ ...order, include: loaded })),
    ]
    const cards = [await prisma.card.findMany(order), await prisma.card.findMany({ ...order, include })]
    return { authorizer, authorizedFilter, prisma, users, cards }
  }
  let opened: Awaited<ReturnType<typeof open>>

  const isNil = async (
    { authorizer, authorizedFilter, prisma, users, cards }: typeof opened,
    action: string,
    expected: readonly (readonly number[])[],
  ): Promise<void> => {
    for (const [at, user] of users.entries()) {
      const its = expected[user.id - 1]
      const how = `${at < expected.length ? 'bare' : 'loaded'} ${user.id}`
      for (const read of cards) {
        const allowed: number[] = []
        for (const card of read) {
          const isAllowed = await authorizer.isAllowed(user, action, card).catch(isStepThroughNil)
          if (isAllowed) allowed.push(card.id)
        }
        expect(allowed, `check for ${how}`).toEqual(its)
      }
      for (const choices of [{}, { actorRelations: 'database' }, { strategy: 'subquery' }] as const) {
        const filter = authorizedFilter(user, { action, orderBy: { id: 'asc' }, ...choices } as never)
        const ids = (await prisma.card.findMany(filter)).map((card) => card.id)
        expect(ids, `list for ${how}, ${JSON.stringify(choices)}`).toEqual(its)
      }
    }
  }

  it.each(conditions)('are nil to the check and to the filter: %s', (condition, expected) =>
    isNil(opened, condition, expected),
  )

  it('are nil if declared as not kept', async () => {
    const declared = await open(true)
    for (const name of ['c.team != nil', 'not (c.need = c.team)', 'owned(c)'])
      await isNil(declared, ...conditions.find(([condition]) => condition === name)!)
  })

  it('are checked for a new row, unlike references that the database keeps', async () => {
    const upsert = async (references?: boolean): Promise<unknown> => {
      const authorizer = new Authorizer()
      const { prisma, authorizedFilter } = prismaAuthorization(authorizer, bare, { facts: { references } })
      authorizer.loadSync(`
        allow(_: User, "create", team: Team) if team.cards.length = 0;
        allow(_: User, "edit", _: Team);
      `)
      const args = authorizedFilter(authorizer.as('User', { id: 1 }), { action: 'edit', where: { id: 1 } })
      return prisma.team.upsert({ ...args, update: {}, create: { id: 8, level: 1 } })
    }
    // A card refers to team 8 already.
    await expect(upsert()).rejects.toThrow('not created yet')
    await expect(upsert(true)).resolves.toMatchObject({ id: 1 })
  })

  it('follow the schema, or the declaration that replaces it', () => {
    const kept = (...args: Parameters<typeof modelsOf>): unknown[] => {
      const card = modelsOf(...args).find(({ name }) => name === 'Card')!
      return ['team', 'need', 'badge'].map((name) => {
        const field = card.fields.get(name)
        return field?.kind === 'relation' && [field.kept, field.nullable]
      })
    }
    const keeping: PrismaSchema = { ...schema, relationMode: 'foreignKeys' }
    const view = (name: string): PrismaSchema => ({
      ...keeping,
      models: keeping.models.map((model) => (model.name === name ? { ...model, view: true } : model)),
    })
    const unkept = [
      [false, true],
      [false, true],
      [false, true],
    ]
    const all = [
      [true, true],
      [true, false],
      [false, true],
    ]
    expect(kept(schema)).toEqual(unkept)
    expect(kept(keeping)).toEqual(all)
    expect(kept(view('Card'))).toEqual(unkept)
    expect(kept(view('Team'))).toEqual(unkept)
    expect(kept(keeping, { references: false })).toEqual(unkept)
    expect(kept(schema, { references: true })).toEqual(all)
    expect(kept(keeping, { references: { 'Card.need': false } })).toEqual([all[0], unkept[1], all[2]])
    expect(kept(schema, { references: { 'Card.need': true } })).toEqual([unkept[0], all[1], unkept[2]])
  })

  it.each([
    ['no relation', { 'Card.teem': false }],
    ['a relation by which other rows refer to these', { 'Card.badge': false }],
    ['no boolean', { 'Card.team': 'no' }],
    ['a list', ['Card.team']],
  ])('are rejected if declared as %s', (_, references) => {
    const options = { facts: { references } } as never
    expect(() => prismaAuthorization(new Authorizer(), bare, options)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    )
  })
})
