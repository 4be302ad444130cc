import { readFileSync } from 'node:fs'
import { Authorizer } from '@arcturus/core'
import { PrismaSchemaError, prismaAuthorization } from '@arcturus/prisma'
import { afterAll, describe, expect, it } from 'vitest'
import { readSchema } from '../../packages/prisma/src/schema/readSchema.js'
import type { PrismaSchema } from '../../packages/prisma/src/schema/schema.js'
import { openDatabases } from './databases.js'
import { type Client, clientOf, openDocuments, schemas } from './documents.js'
import { schema as columns } from './generated/columns-postgresql/arcturus/schema.js'
import { PrismaClient as JavaScriptClient } from './generated/documents-sqlite-js/client/index.js'
import { addPeople, policy } from './people.js'

const generated = (name: string): string =>
  readFileSync(new URL(`generated/${name}/schema.prisma`, import.meta.url), 'utf8')
const [database] = await openDatabases('schema', ['sqlite'])
const client = await openDocuments(database!)
await addPeople(client)
afterAll(async () => {
  await client.$disconnect()
  await database!.close()
})

/** JSON has no `undefined`, and what the generator writes is JSON. */
const plain = (schema: PrismaSchema): unknown => JSON.parse(JSON.stringify(schema))

describe('The facts of a Prisma schema', () => {
  it.each([
    ['documents-sqlite', schemas.sqlite],
    ['documents-postgresql', schemas.postgresql],
    ['documents-mysql', schemas.mysql],
    ['columns-postgresql', columns],
  ])('is the same from the generator as from the text: %s', (name, schema) => {
    expect(plain(readSchema(generated(name)))).toEqual(schema)
  })

  it.each([
    ['prisma-client', client],
    ['prisma-client-js', new JavaScriptClient({ adapter: database!.adapter }) as unknown as Client],
  ])('is read from the client that is extended when nothing is passed (%s)', async (_, bare) => {
    const authorizer = new Authorizer()
    const { extension, authorizedFilter, authorizedWhere } = prismaAuthorization(authorizer)
    await expect(authorizedWhere(null, 'read', 'Document')).rejects.toThrow(PrismaSchemaError)
    const prisma = bare.$extends(extension)
    authorizer.loadSync(policy)
    const ann = await prisma.user.findUniqueOrThrow({ where: { id: 1 } })
    const rows = await prisma.document.findMany({ ...authorizedFilter(ann), orderBy: { id: 'asc' } })
    expect(rows.map((row) => row.id)).toEqual([1, 2, 4])
  })

  it('is read from a client that is passed', async () => {
    const authorizer = new Authorizer()
    const { authorizedWhere } = prismaAuthorization(authorizer, client)
    authorizer.loadSync(policy)
    expect(await client.document.count({ where: await authorizedWhere(null, 'read', 'Document') })).toBe(1)
  })

  it('is read from an extended client too', async () => {
    const authorizer = new Authorizer()
    const { extension, authorizedFilter } = prismaAuthorization(authorizer)
    const prisma = client.$extends({ name: 'other' }).$extends(extension)
    authorizer.loadSync(policy)
    expect(await prisma.document.count(authorizedFilter(null))).toBe(1)
  })

  it('makes a misspelt field of a policy a warning when the policy is loaded', () => {
    const authorizer = new Authorizer()
    prismaAuthorization(authorizer, schemas.sqlite)
    const { warnings } = authorizer.loadSync('allow(_, "read", document: Document) if document.titel = "x";')
    expect(warnings).toMatchObject([{ hint: 'did you mean "title"?' }])
  })

  const without = (model: string, field: string): PrismaSchema => ({
    ...schemas.sqlite,
    models: schemas.sqlite.models.map((one) =>
      one.name === model ? { ...one, fields: one.fields.filter((other) => other.name !== field) } : one,
    ),
  })
  it.each<[string, () => unknown]>([
    [
      'lacks a column of the client',
      () => client.$extends(prismaAuthorization(new Authorizer(), without('Tag', 'color')).extension),
    ],
    [
      'has a model that the client has not',
      () =>
        client.$extends(
          prismaAuthorization(new Authorizer(), {
            ...schemas.sqlite,
            models: [...schemas.sqlite.models, { ...schemas.sqlite.models[0]!, name: 'Stranger' }],
          }).extension,
        ),
    ],
    ['is not in the client', () => prismaAuthorization(new Authorizer(), { $extends: null })],
    [
      'is of another client',
      () =>
        prismaAuthorization(new Authorizer(), {
          $extends: null,
          _engineConfig: { inlineSchema: generated('documents-sqlite') },
        } as never),
    ],
    [
      'can not be read',
      () =>
        prismaAuthorization(new Authorizer(), { $extends: null, _engineConfig: { inlineSchema: 'model {' } } as never),
    ],
    ['is none', () => prismaAuthorization(new Authorizer(), { schema: schemas.sqlite } as never)],
    ['is for MongoDB', () => prismaAuthorization(new Authorizer(), { ...schemas.sqlite, provider: 'mongodb' })],
  ])('is rejected if it %s', (_, use) => {
    expect(use).toThrow(PrismaSchemaError)
  })

  it('names the generator if the client cannot be trusted', () => {
    expect(() => prismaAuthorization(new Authorizer(), { $extends: null })).toThrow(/arcturus-prisma-generator/)
  })

  it('can serve several clients', async () => {
    const authorizer = new Authorizer()
    const { extension, authorizedFilter } = prismaAuthorization(authorizer, schemas.sqlite)
    authorizer.loadSync(policy)
    const others = [client.$extends(extension), clientOf(database!).$extends(extension)]
    expect(await Promise.all(others.map((one) => one.document.count(authorizedFilter(null))))).toEqual([1, 1])
  })
})
