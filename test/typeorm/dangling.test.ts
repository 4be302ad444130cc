import { Authorizer } from '@arcturus/core'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { type DataSource, EntitySchema, type EntitySchemaRelationOptions } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modelsOf } from '../../packages/typeorm/src/schema/models.js'
import { TypeOrmTables } from '../../packages/typeorm/src/schema/tables.js'
import { conditions, isStepThroughNil, policy, tables, tagged } from '../orm/dangling.js'
import { openDatabases, typeOrmVersions } from './databases.js'

const databases = [
  ...(await openDatabases('dangling', undefined, ['1'])),
  ...(await openDatabases('dangling', ['sqlite'], typeOrmVersions.slice(1))),
]

type Name = keyof typeof tables
interface Card {
  readonly id: number
}
const classes = Object.fromEntries(Object.keys(tables).map((name) => [name, { [name]: class {} }[name]!])) as Record<
  Name,
  new () => Card
>

const column = { type: 'int' as const }
const key = { ...column, primary: true }
const nullable = { ...column, nullable: true }

/** The entities, with foreign keys or without. */
function entitiesOf(references: Pick<EntitySchemaRelationOptions, 'createForeignKeyConstraints' | 'deferrable'>) {
  const one = (target: Name, column: string, inverseSide?: string): EntitySchemaRelationOptions => {
    const joinColumn = { name: column, referencedColumnName: 'id' }
    return { type: 'many-to-one', target, joinColumn, ...(inverseSide && { inverseSide }), ...references }
  }
  const site: EntitySchemaRelationOptions = {
    type: 'many-to-one',
    target: 'Site',
    joinColumn: ['org', 'no'].map((name) => ({ name, referencedColumnName: name })),
    ...references,
  }
  const place = { org: nullable, no: nullable }
  const of = (name: Name, columns: object, relations: Record<string, EntitySchemaRelationOptions> = {}) =>
    new EntitySchema<Card>({ name, target: classes[name], columns, relations })
  return [
    of('Team', { id: key, level: column }),
    of('Site', { org: key, no: key }),
    of(
      'User',
      { id: key, teamId: nullable, ...place },
      {
        team: one('Team', 'teamId'),
        site,
        memberships: { type: 'one-to-many', target: 'Membership', inverseSide: 'user' },
      },
    ),
    of(
      'Membership',
      { id: key, userId: column, teamId: nullable },
      { user: one('User', 'userId', 'memberships'), team: one('Team', 'teamId') },
    ),
    of(
      'Card',
      { id: key, teamId: nullable, needId: column, parentId: nullable, ...place },
      {
        team: one('Team', 'teamId'),
        need: { ...one('Team', 'needId'), nullable: false },
        site,
        parent: one('Card', 'parentId'),
        badge: { type: 'one-to-one', target: 'Badge', inverseSide: 'card' },
        tags: {
          type: 'many-to-many',
          target: 'Tag',
          inverseSide: 'cards',
          joinTable: { name: 'tagged', joinColumn: { name: 'card' }, inverseJoinColumn: { name: 'tag' } },
          ...references,
        },
      },
    ),
    of(
      'Tag',
      { id: key, name: { type: 'varchar', length: 10 } },
      { cards: { type: 'many-to-many', target: 'Card', inverseSide: 'tags' } },
    ),
    of(
      'Badge',
      { id: key, cardId: column },
      {
        card: {
          type: 'one-to-one',
          target: 'Card',
          inverseSide: 'badge',
          joinColumn: { name: 'cardId' },
          ...references,
        },
      },
    ),
  ]
}

describe.each(databases)('References to rows that are gone on $name', (database) => {
  const authorizer = new Authorizer()
  const order = { id: 'ASC' }
  let source: DataSource
  let authorization: ReturnType<typeof typeOrmAuthorization>
  let users: readonly Card[]
  let read: readonly (readonly Card[])[]

  beforeAll(async () => {
    source = await database.open(entitiesOf({ createForeignKeyConstraints: false }))
    for (const [name, rows] of Object.entries(tables)) await source.getRepository(name).insert(rows as never)
    const [table, card, tag] = ['tagged', 'card', 'tag'].map((one) => source.driver.escape(one))
    for (const [from, to] of tagged)
      await source.query(`INSERT INTO ${table} (${card}, ${tag}) VALUES (${from}, ${to})`)
    authorization = typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
    authorizer.loadSync(policy)
    const loaded = { team: true, site: true, memberships: { team: true } }
    // Rows whose required relation is gone are left out by TypeORM where it is loaded with them.
    const relations = { team: true, site: true, parent: { team: true }, tags: true, badge: true }
    const readAll = (of: new () => Card, its: object) => source.getRepository(of).find({ order, ...its } as never)
    users = [...(await readAll(classes.User, {})), ...(await readAll(classes.User, { relations: loaded }))]
    read = [await readAll(classes.Card, {}), await readAll(classes.Card, { relations })]
  }, 60_000)
  afterAll(() => database.close(), 60_000)

  it.each(conditions)('are nil to the check and to the filter: %s', async (action, expected) => {
    const { authorizedFilter, authorizedWhere } = authorization
    for (const [at, user] of users.entries()) {
      const its = expected[user.id - 1]
      const place = `for ${at < expected.length ? 'bare' : 'loaded'} ${user.id}`
      for (const cards of read) {
        const allowed: number[] = []
        for (const card of cards) {
          const isAllowed = await authorizer.isAllowed(user, action, card).catch(isStepThroughNil)
          if (isAllowed) allowed.push(card.id)
        }
        expect(allowed, `check ${place}`).toEqual(its)
      }
      const options = { action, order } as never
      for (const filter of [
        authorizedFilter(user, classes.Card, options),
        { where: await authorizedWhere(user, action, classes.Card), order },
      ]) {
        const ids = (await source.getRepository(classes.Card).find(filter as never)).map((card) => card.id)
        expect(ids, `list ${place}`).toEqual(its)
      }
    }
  })
})

describe.each([
  ['with foreign keys', {}, { team: true, need: true, site: true, tags: true, badge: false }],
  ['without foreign keys', { createForeignKeyConstraints: false }, {}],
  // TypeORM defers the key of the table between them by what the other end says.
  ['with foreign keys that a transaction may defer', { deferrable: 'INITIALLY DEFERRED' as const }, { tags: true }],
])('References of entities %s', (_, references, expected: Record<string, boolean>) => {
  const names = ['team', 'need', 'site', 'tags', 'badge']
  const allOf = (kept: Record<string, boolean>) => Object.fromEntries(names.map((name) => [name, kept[name] ?? false]))
  let source: DataSource
  beforeAll(async () => {
    const [database] = await openDatabases('danglingKeys', ['sqlite'], ['1'])
    source = await database!.open(entitiesOf(references))
  })
  afterAll(() => source.destroy())

  it('are kept as entities or their declaration define, for models and tables', () => {
    const keptOf = (facts?: Parameters<typeof modelsOf>[1]): object => {
      const card = modelsOf(source, facts).find(({ name }) => name === 'Card')!
      const tables = new TypeOrmTables(source, facts)
      return Object.fromEntries(
        names.map((name) => {
          const [field, column] = [card.fields.get(name), tables.field('Card', name)]
          if (field?.kind !== 'relation' || column?.kind !== 'relation') throw new Error(`${name} is no relation`)
          expect(column.relation.kept).toBe(field.kept)
          expect(field.many || field.kept || field.nullable).toBe(true)
          return [name, field.kept]
        }),
      )
    }
    const all = { team: true, need: true, site: true, tags: true }
    expect(keptOf()).toEqual(allOf(expected))
    expect(keptOf({ references: false })).toEqual(allOf({}))
    expect(keptOf({ references: true })).toEqual(allOf(all))
    expect(keptOf({ references: { 'Card.need': false } })).toEqual(allOf({ ...expected, need: false }))
    expect(keptOf({ references: { 'Card.need': true } })).toEqual(allOf({ ...expected, need: true }))
    for (const name of ['Card.teem', 'Card.badge', 'Team.level', 'team'])
      expect(() => keptOf({ references: { [name]: true } })).toThrow(`"${name}"`)
  })
})
