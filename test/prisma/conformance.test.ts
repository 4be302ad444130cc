import { readFileSync } from 'node:fs'
import { ArcturusError, ArgumentError, Authorizer, Dict, PolicyError, UnsupportedFilterError } from '@arcturus/core'
import { type PrismaSchema, prismaAuthorization } from '@arcturus/prisma'
import { afterAll, describe, expect, it } from 'vitest'
// @ts-expect-error a module without types
import { makeFixture } from '../conformance/fixtures.mjs'
import { createSchema, openDatabases } from './databases.js'
import { schema as docs } from './generated/docs-sqlite/arcturus/schema.js'
import { PrismaClient as DocsClient } from './generated/docs-sqlite/client/client.js'
import { schema as gitclub } from './generated/gitclub-sqlite/arcturus/schema.js'
import { PrismaClient as GitclubClient } from './generated/gitclub-sqlite/client/client.js'
import { schema as shop } from './generated/shop-sqlite/arcturus/schema.js'
import { PrismaClient as ShopClient } from './generated/shop-sqlite/client/client.js'

/** A filtering case of the conformance data: see its README. */
interface Case {
  readonly id: string
  readonly policy: string
  readonly fixture: string
  readonly actor: unknown
  readonly action: unknown
  readonly resource: string | { readonly $class: string }
  readonly constants?: Readonly<Record<string, unknown>>
  readonly truth?: readonly unknown[]
  readonly designTruth?: readonly unknown[]
}

const cases: Case[] = readFileSync(new URL('../conformance/filtering.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line))

const fixtures = {
  'df-gitclub': { schema: gitclub, Client: GitclubClient },
  'df-docs': { schema: docs, Client: DocsClient },
  'df-shop': { schema: shop, Client: ShopClient },
} as const

/** The part of a model's delegate that is used here, whichever the model. */
interface Delegate {
  createMany(args: { data: readonly object[] }): Promise<unknown>
  findMany(args: object): Promise<{ id: unknown }[]>
  findUniqueOrThrow(args: object): Promise<object>
}

const answered = new Map<string, readonly unknown[]>()
const refused = new Map<string, string[]>()

describe.each(Object.entries(fixtures))(
  'The filtering cases of %s through Prisma on SQLite',
  async (name, { schema, Client }) => {
    const [database] = await openDatabases(`conformance_${name.slice(3)}`, ['sqlite'])
    await createSchema(database!, schema)
    // Three clients of different types, of which only what they share is used.
    const bare = new (Client as typeof GitclubClient)({ adapter: database!.adapter })
    const delegate = (client: object, model: string): Delegate =>
      Reflect.get(client, model.charAt(0).toLowerCase() + model.slice(1))
    const { tables } = makeFixture(name) as { tables: Record<string, { [column: string]: unknown }[]> }
    for (const model of schema.models) {
      await delegate(bare, model.name).createMany({ data: tables[model.name]!.map((row) => ({ ...row })) })
    }
    afterAll(async () => {
      await bare.$disconnect()
      await database!.close()
    })

    /** The filtered ids, sorted; a text that says why where the filter is refused. */
    async function filtered(one: Case): Promise<readonly unknown[] | string> {
      const authorizer = new Authorizer()
      const { extension, authorizedFilter } = prismaAuthorization(authorizer, schema as PrismaSchema)
      const prisma = bare.$extends(extension)
      const decode = async (value: unknown): Promise<unknown> => {
        if (Array.isArray(value)) return Promise.all(value.map(decode))
        if (typeof value !== 'object' || value === null) return value
        const reference = (value as { $ref?: string }).$ref
        if (reference === undefined) return new Dict(value as Record<string, unknown>)
        const [model, id] = reference.split(':') as [string, string]
        return delegate(prisma, model).findUniqueOrThrow({
          where: { id: name === 'df-shop' ? id : Number(id) },
          include: includeAll(schema, model, 3),
        })
      }
      try {
        for (const [constant, value] of Object.entries(one.constants ?? {})) {
          authorizer.registerConstant(await decode(value), constant)
        }
        await authorizer.load(one.policy)
        const model = typeof one.resource === 'string' ? one.resource : one.resource.$class
        if (!schema.models.some((known) => known.name === model)) return `no table ${model}`
        const args = authorizedFilter(await decode(one.actor), { action: String(one.action), select: { id: true } })
        const rows = await delegate(prisma, model).findMany(args)
        return rows.map((row) => row.id).sort(byId)
      } catch (error) {
        if (error instanceof ArcturusError) {
          const known =
            error instanceof PolicyError || error instanceof UnsupportedFilterError || error instanceof ArgumentError
          return `${known ? '' : '!'}${error.code} ${error.data?.['reason'] ?? ''} ${error.summary}`
        }
        throw error
      }
    }

    it.each(cases.filter((one) => one.fixture === name).map((one) => [one.id, one] as const))('%s', async (id, one) => {
      const result = await filtered(one)
      if (typeof result === 'string') {
        refused.set(result, [...(refused.get(result) ?? []), id])
        return
      }
      answered.set(id, result)
      expect(result).toEqual(one.designTruth ?? one.truth)
    })
  },
)

describe('The filtering cases', () => {
  it('are answered in at least 75 %', () => {
    for (const [reason, ids] of refused) console.log(`${ids.length} refused: ${reason}\n  ${ids.join(' ')}`)
    console.log(`${answered.size} of ${cases.length} answered`)
    expect(answered.size / cases.length).toBeGreaterThanOrEqual(0.75)
  })
})

/** Arguments that load all relations, to a depth. */
function includeAll(schema: PrismaSchema, model: string, depth: number): object {
  const relations = schema.models.find((one) => one.name === model)!.fields.filter((field) => field.kind === 'relation')
  return Object.fromEntries(
    relations.map((field) => [field.name, depth > 1 ? { include: includeAll(schema, field.model, depth - 1) } : true]),
  )
}

function byId(left: unknown, right: unknown): number {
  return typeof left === 'number' && typeof right === 'number' ? left - right : String(left) < String(right) ? -1 : 1
}
