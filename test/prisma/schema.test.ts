import { readFileSync } from 'node:fs'
import { Authorizer } from '@arcturus/core'
import { PrismaSchemaError, prismaAuthorization } from '@arcturus/prisma'
import { afterAll, describe, expect, it } from 'vitest'
import { readSchema } from '../../packages/prisma/src/schema/readSchema.js'
import type { PrismaSchema } from '../../packages/prisma/src/schema/schema.js'
import { openDatabases } from './databases.js'
import { type Client, openDocuments, schemas } from './documents.js'
import { schema as columns } from './generated/columns-postgresql/arcturus/schema.js'
import { PrismaClient as JavaScriptClient } from './generated/documents-sqlite-js/client/index.js'
import { addPeople, policy } from './people.js'
import { type Dmmf, readDmmf } from './readDmmf.js'

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

  it.each(['documents-sqlite', 'documents-postgresql', 'documents-mysql', 'columns-postgresql'])(
    'is the same as in the data model of Prisma: %s',
    (name) => {
      const dmmf: Dmmf = JSON.parse(readFileSync(new URL(`generated/${name}/dmmf.json`, import.meta.url), 'utf8'))
      expect(plain(readDmmf(dmmf, generated(name)))).toEqual(plain(readSchema(generated(name))))
    },
  )

  it.each([
    ['prisma-client', client],
    ['prisma-client-js', new JavaScriptClient({ adapter: database!.adapter }) as unknown as Client],
  ])('is read from the client (%s)', async (_, bare) => {
    const authorizer = new Authorizer()
    const { rows, prisma, authorizedFilter } = prismaAuthorization(authorizer, bare)
    authorizer.loadSync(policy)
    const ann = await rows.user.findUniqueOrThrow({ where: { id: 1 } })
    const documents = await prisma.document.findMany({ ...authorizedFilter(ann), orderBy: { id: 'asc' } })
    expect(documents.map((row) => row.id)).toEqual([1, 2, 4])
  })

  it('is read from a client with other extensions', async () => {
    const authorizer = new Authorizer()
    const { prisma, authorizedFilter } = prismaAuthorization(authorizer, client.$extends({ name: 'other' }))
    authorizer.loadSync(policy)
    expect(await prisma.document.count(authorizedFilter(null))).toBe(1)
  })

  it('makes a misspelt field of a policy a warning when the policy is loaded', () => {
    const authorizer = new Authorizer()
    prismaAuthorization(authorizer, client)
    const { warnings } = authorizer.loadSync('allow(_, "read", document: Document) if document.titel = "x";')
    expect(warnings).toMatchObject([{ hint: 'did you mean "title"?' }])
  })

  const without = (model: string, field: string): PrismaSchema => ({
    ...schemas.sqlite,
    models: schemas.sqlite.models.map((one) =>
      one.name === model ? { ...one, fields: one.fields.filter((other) => other.name !== field) } : one,
    ),
  })
  const guard = (bare: object, schema?: PrismaSchema) => () =>
    prismaAuthorization(new Authorizer(), bare as Client, { schema })
  const stranger = { ...schemas.sqlite.models[0]!, name: 'Stranger' }
  const withText = (inlineSchema: string) => ({ $extends: () => {}, _engineConfig: { inlineSchema } })
  it.each<[string, () => unknown]>([
    ['lacks a column of the client', guard(client, without('Tag', 'color'))],
    [
      'has a model that the client has not',
      guard(client, { ...schemas.sqlite, models: [...schemas.sqlite.models, stranger] }),
    ],
    ['is not in the client', guard({ $extends: () => {} })],
    ['is of another client', guard(withText(generated('documents-sqlite')))],
    ['can not be read', guard(withText('model {'))],
    ['is passed without a client', guard(schemas.sqlite)],
    ['is for MongoDB', guard(client, { ...schemas.sqlite, provider: 'mongodb' })],
  ])('is rejected if it %s', (_, use) => {
    expect(use).toThrow(PrismaSchemaError)
  })

  it('names the generator if the client cannot be trusted', () => {
    expect(guard({ $extends: () => {} })).toThrow(/arcturus-prisma-generator/)
  })
})
