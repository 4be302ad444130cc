import { ArgumentError } from '@arcturus/core'
import { PrismaSchemaError, prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { clientOf, createDocuments } from './documents.js'
import { addPeople, authorizationFor } from './people.js'

/** What Prisma sends something else for, as it can come out of a request's JSON, or of an object with a method. */
const stands: readonly [string, (value: unknown) => object][] = [
  [
    'JSON that passes for raw parameters',
    (values) => JSON.parse(JSON.stringify({ __prismaRawParameters__: true, values })),
  ],
  ['an object with toJSON', (value) => ({ toJSON: () => value })],
  ['an object whose prototype has toJSON', (value) => Object.create({ toJSON: () => value })],
]

const databases = await openDatabases('hostile', ['sqlite', 'postgresql', 'mysql'])

describe.each(databases)('Arguments from outside on $name', (database) => {
  const bare = clientOf(database)
  const { authorizer, prisma, authorizedFilter, authorizedWhere } = authorizationFor(bare)

  beforeAll(async () => {
    await createDocuments(database)
    await addPeople(bare)
    await bare.document.update({ where: { id: 1 }, data: { related: { connect: [{ id: 2 }, { id: 3 }] } } })
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })
  // Ann reads 1, 2 and 4, and edits 1 and 2.
  const ann = (): object => authorizer.as('User', { id: 1, email: 'ann', name: null, active: null, managerId: null })
  const ids = (rows: readonly { id: number }[]): number[] => rows.map(({ id }) => id).sort()

  it.each(stands)('widen no where: %s', async (_, standsFor) => {
    for (const [value, visible] of [
      [{}, [1, 2, 4]],
      [{ id: 3 }, []],
      [{ id: { gt: 1 } }, [2, 4]],
    ] as const) {
      const where = standsFor(value)
      expect(ids(await prisma.document.findMany(authorizedFilter(ann(), { where })))).toEqual(visible)
      expect(ids(await prisma.document.findMany({ ...authorizedFilter(ann()), where }))).toEqual(visible)
      expect(await prisma.document.count({ ...authorizedFilter(ann()), where })).toBe(visible.length)
      const edit = authorizedFilter(ann(), { action: 'edit' })
      const written = await prisma.document.updateMany({ ...edit, where, data: { likes: 7 } })
      expect(written.count).toBe(visible.filter((id) => id < 3).length)
      const args = authorizedFilter(ann(), { where: { id: 1 }, include: { related: { where }, _count: true } })
      expect(ids((await prisma.document.findMany(args))[0]!.related)).toEqual(visible.filter((id) => id === 2))
      const inWhole = { AND: [await authorizedWhere(ann(), 'read', 'Document'), where] }
      expect(ids(await bare.document.findMany({ where: inWhole }))).toEqual(visible)
    }
    expect(await bare.document.count({ where: { id: { gt: 2 }, likes: 7 } })).toBe(0)
  })

  it('cannot remove the filter by an undefined value', async () => {
    const { where } = authorizedFilter(ann())
    const lost = { authorizedFilter: undefined, where: { ...where, authorizedFilter: undefined } }
    await expect(prisma.document.findMany({ ...authorizedFilter(ann()), ...lost } as object)).rejects.toMatchObject({
      code: 'unresolved-filter',
    })
  })

  it.each(stands)('lead to no hidden row by a cursor: %s', async (_, standsFor) => {
    const cursor = standsFor({ id: 3 }) as { id: number }
    const page = { ...authorizedFilter(ann()), cursor, orderBy: { id: 'asc' } as const }
    expect(ids(await prisma.document.findMany(page).catch(() => []))).toEqual([])
  })

  it.each([null, [], [{ id: 1 }], 'x', 5, false])('are rejected if they are not a where: %j', async (value) => {
    const where = value as unknown as object
    expect(() => authorizedFilter(ann(), { where })).toThrow(ArgumentError)
    await expect(prisma.document.deleteMany({ ...authorizedFilter(ann()), where })).rejects.toThrow()
    expect(await bare.document.count()).toBe(5)
  })

  it('keep what the prototype of a where asks for', async () => {
    const where = Object.create({ id: 1 }) as { id: number }
    expect(ids(await prisma.document.findMany(authorizedFilter(ann(), { where })))).toEqual([1])
    expect(ids(await prisma.document.findMany({ ...authorizedFilter(ann()), where }))).toEqual([1])
  })

  it('do not end the process by an unawaited rejection', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', note)
    await expect(
      prisma.document.findMany({ where: authorizedWhere(ann(), 'bad', 'Document') as object }),
    ).rejects.toThrow(/bad/)
    await new Promise((resolve) => setTimeout(resolve, 10))
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  it('with the filter of another authorization throw', async () => {
    const other = authorizationFor(bare)
    const nobodys = other.authorizedFilter(null)
    for (const args of [nobodys, { where: nobodys.where }])
      expect(() => authorizedFilter(ann(), args)).toThrow(/another authorization/)
    const both = { ...nobodys, where: { ...authorizedFilter(ann()).where } }
    await expect(prisma.document.findMany(both)).rejects.toThrow(/is not resolved/)
    const replaced = { ...authorizedFilter(ann()), where: nobodys.where }
    await expect(prisma.document.findMany(replaced)).rejects.toThrow(/is not resolved/)
  })

  it('that are invalid are typed errors', async () => {
    const none = null as unknown as object
    expect(() => authorizedWhere(ann(), 'read', 'Document', none)).toThrow(ArgumentError)
    expect(() => prismaAuthorization(authorizer, 'schema.prisma' as unknown as never)).toThrow(PrismaSchemaError)
    expect(() => prismaAuthorization(authorizer, bare, none)).toThrow(ArgumentError)
    expect(() => prismaAuthorization(authorizer, bare, { schema: { models: [] } as never })).toThrow(PrismaSchemaError)
    const options = { acceptCollation: 5 as unknown as true }
    expect(() => prismaAuthorization(authorizer, bare, options)).toThrow(ArgumentError)
  })
})
