import { Authorizer, UnsupportedOperationError } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { clientOf, createDocuments, type Prisma } from './documents.js'

const [database] = await openDatabases('authorized_operations', ['sqlite'])

type Operation = keyof Prisma.TypeMap['model']['Folder']['operations']

/** An operation on the hidden folder 2, and what becomes of it: the value that it returns, or an error's name. */
const operations: Readonly<Record<Operation, readonly [args: object, outcome: unknown]>> = {
  findUnique: [{ where: { id: 2 } }, null],
  findUniqueOrThrow: [{ where: { id: 2 } }, 'NotFoundError'],
  findFirst: [{ where: { id: 2 } }, null],
  findFirstOrThrow: [{ where: { id: 2 } }, 'NotFoundError'],
  findMany: [{ where: { id: 2 } }, []],
  count: [{ where: { id: 2 } }, 0],
  aggregate: [{ where: { id: 2 }, _count: true }, { _count: 0 }],
  groupBy: [{ by: ['id'], where: { id: 2 } }, []],
  create: [{ data: { id: 2 } }, 'ForbiddenError'],
  createMany: [{ data: [{ id: 2 }] }, 'ForbiddenError'],
  createManyAndReturn: [{ data: [{ id: 2 }] }, 'ForbiddenError'],
  update: [{ where: { id: 2 }, data: { name: 'x' } }, 'NotFoundError'],
  updateMany: [{ where: { id: 2 }, data: { name: 'x' } }, { count: 0 }],
  updateManyAndReturn: [{ where: { id: 2 }, data: { name: 'x' } }, []],
  upsert: [{ where: { id: 2 }, create: { id: 2 }, update: {} }, 'ForbiddenError'],
  delete: [{ where: { id: 2 } }, 'NotFoundError'],
  deleteMany: [{ where: { id: 2 } }, { count: 0 }],
}

/** Properties of a delegate that are no operations. */
const facts = ['fields', 'name', '$name', '$parent']
/** Operations of MongoDB, which the types of other databases do not have. */
const ofMongo = ['findRaw', 'aggregateRaw']
/** The properties of a client that an authorized client has; it refuses any other. */
const offered = ['$transaction']

describe('Every operation of a Prisma client', () => {
  const authorizer = new Authorizer({ log: () => {} })
  const bare = clientOf(database!)
  const { prisma, authorizedClient } = prismaAuthorization(authorizer, bare, {
    unscoped: 'allow',
    acceptCollation: true,
  })
  authorizer.loadSync(`
    allow(_, action, folder: Folder) if action in ["read", "create", "update", "delete"] and folder.id != 2;
  `)
  const as = () => authorizedClient(authorizer.as('User', { id: 1, email: 'a' }), { prisma })
  beforeAll(async () => {
    await createDocuments(database!)
    await bare.folder.createMany({ data: [1, 2].map((id) => ({ id, name: 'old' })) })
  })
  afterAll(async () => {
    await bare.$disconnect()
    await database!.close()
  })

  it('is filtered, checked or refused', async () => {
    const before = await bare.folder.findMany()
    for (const name of Object.keys(bare.folder)) {
      if (facts.includes(name)) continue
      const { folder } = as()
      if (ofMongo.includes(name)) {
        expect(() => Reflect.get(folder, name)).toThrow(UnsupportedOperationError)
        continue
      }
      expect(operations, `the new operation ${name}`).toHaveProperty(name)
      const [args, outcome] = operations[name as Operation]
      const run = Reflect.get(folder, name) as (args: object) => Promise<unknown>
      const found = await Reflect.apply(run, folder, [args]).catch((error: Error) => error.name)
      expect(found, name).toEqual(outcome)
    }
    expect(await bare.folder.findMany()).toEqual(before)
  })

  it('of the client itself is joined or refused', () => {
    const client = as()
    const names = new Set<string>()
    for (
      let at: object | null = bare;
      at !== null && at !== Object.prototype;
      at = Object.getPrototypeOf(at) as object | null
    )
      for (const name of Object.getOwnPropertyNames(at)) if (name.startsWith('$')) names.add(name)
    expect([...names]).toContain('$queryRaw')
    for (const name of names) {
      if (offered.includes(name)) expect(Reflect.get(client, name)).toBeInstanceOf(Function)
      else expect(() => Reflect.get(client, name), name).toThrow(UnsupportedOperationError)
    }
  })

  it('needs a version of Prisma that this package knows', () => {
    const newer = { $extends: () => {}, _clientVersion: '8.0.0' }
    expect(() => prismaAuthorization(new Authorizer(), newer)).toThrow(
      'works with Prisma 7, but the client is of Prisma 8.0.0',
    )
  })
})
