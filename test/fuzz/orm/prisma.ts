import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import type { PrismaProvider, PrismaSchema } from '../../../packages/prisma/src/schema/schema.js'
import type { RowQueries } from '../../../packages/testing/src/diff/diffDatabase.js'
import { openDatabases } from '../../prisma/databases.js'
import { createTables } from '../../prisma/ddl.js'
import { quiet, withoutTime } from '../evaluators.js'
import { goneLinks } from '../foreignRows.js'
import { makeObjects } from '../objects.js'
import { printPolicy } from '../policyTree.js'
import type { Case } from '../randomCase.js'
import { pool } from '../relationalCase.js'
import { linksOf } from '../relationalSchema.js'
import { keyOf, type Row, type Storage, type Value, type World } from '../world.js'
import { columnsOf } from './columns.js'
import { differenceOf } from './difference.js'
import { oddValues, withRead, withStoredZeros, writeOdd } from './foreign.js'
import type { Asked, Orm } from './orm.js'
import { changedWhere, type Planted } from './planted.js'
import { nameOf } from './prismaSchema.js'

/** So much of a client as is used here. */
interface Client {
  $extends(extension: unknown): Client
  $executeRawUnsafe(sql: string): Promise<unknown>
  $disconnect(): Promise<void>
}
interface Delegate {
  createMany(args: { data: readonly object[] }): Promise<unknown>
  deleteMany(args: object): Promise<unknown>
  findMany(args: object): Promise<readonly Record<string, unknown>[]>
  count(args: object): Promise<number>
  findUniqueOrThrow(args: object): Promise<object>
}

/** Opens Prisma over a schema of the pool; undefined where the database is not there. */
export async function openPrisma(
  pooled: string,
  provider: PrismaProvider,
  planted: Planted | undefined,
): Promise<Orm | undefined> {
  const isExact = pooled === exactlyCollated
  const collation = isExact ? 'utf8mb4_nopad_bin' : 'utf8mb4_general_ci'
  const [database] = await openDatabases(`fuzz_${pooled}`, [provider], collation)
  if (!database) return undefined
  const generated = new URL(`../../prisma/generated/fuzz-${pooled}-${provider}-js/`, testFolder())
  const { schema } = (await import(/* @vite-ignore */ new URL('arcturus/schema.mjs', generated).href)) as {
    schema: PrismaSchema
  }
  const { PrismaClient } = (
    (await import(/* @vite-ignore */ new URL('client/index.js', generated).href)) as {
      default: { PrismaClient: new (options: object) => Client }
    }
  ).default
  const client = new PrismaClient({ adapter: database.adapter })
  await database.execute(createTables(schema, { references: false }))
  return new PrismaOrm(
    `Prisma on ${database.name.split(' ')[0]}`,
    schema,
    pool[pooled]!,
    isExact,
    planted,
    client,
    async () => {
      await client.$disconnect()
      await database.close()
    },
  )
}

/** The schema of which the application says that texts are compared by code point; MariaDB's others ignore case and accents. */
const exactlyCollated = 'plain'

/** This folder, also of the bundle that `pnpm fuzz` runs. */
function testFolder(): string {
  return process.env['ARCTURUS_FUZZ_FOLDER'] ?? import.meta.url
}

class PrismaOrm implements Orm {
  readonly name: string
  readonly #schema: PrismaSchema
  readonly #storage: Storage
  readonly #acceptCollation: boolean
  readonly #planted: Planted | undefined
  readonly #client: Client
  readonly close: () => Promise<void>
  #world: World | undefined
  /** The world as it was read, where SQL wrote some of it. */
  #read: World | undefined

  constructor(
    name: string,
    schema: PrismaSchema,
    storage: Storage,
    acceptCollation: boolean,
    planted: Planted | undefined,
    client: Client,
    close: () => Promise<void>,
  ) {
    this.name = name
    this.#schema = schema
    this.#storage = storage
    this.#acceptCollation = acceptCollation
    this.#planted = planted
    this.#client = client
    this.close = close
  }

  holds(): boolean {
    return true
  }

  read(world: World): World {
    return this.#read ?? withStoredZeros(world)
  }

  async fill(world: World): Promise<void> {
    const quote = this.#schema.provider === 'mysql' ? '`' : '"'
    const links = linksOf(world.models)
    for (const { model, field } of links)
      await this.#client.$executeRawUnsafe(`DELETE FROM ${quote}_${nameOf(model, field)}${quote}`)
    for (const { name } of world.models) {
      const delegate = delegateOf(this.#client, name)
      await delegate.deleteMany({})
      const rows = world.rows.filter((row) => row.model === name)
      if (rows.length > 0) await delegate.createMany({ data: rows.map((row) => columnsOf(world, row)) })
    }
    for (const { model, field } of links) {
      // `A` holds the model that sorts first; of a relation to the own model, the field that does.
      const isFirst = model === field.model ? field.name < field.inverse! : model < field.model
      const linked = world.rows.flatMap((row) =>
        row.model !== model
          ? []
          : (row.values[field.name] as { rows: readonly { row: number }[] }).rows.map(
              ({ row: other }) => [row, world.rows[other]!] as const,
            ),
      )
      const gone = world.foreign ? goneLinks(world, model, field.model) : []
      const pairs = [...linked, ...gone].map((rows) => {
        const ends = rows.map(({ values }) => Number(values['id']))
        return `(${(isFirst ? ends : ends.reverse()).join(', ')})`
      })
      const into = `${quote}_${nameOf(model, field)}${quote} (${quote}A${quote}, ${quote}B${quote})`
      if (pairs.length > 0)
        await this.#client.$executeRawUnsafe(`INSERT INTO ${into} VALUES ${[...new Set(pairs)].join(', ')}`)
    }
    this.#world = world
    this.#read = world.foreign ? await this.#writeOdd(world) : undefined
  }

  async #writeOdd(world: World): Promise<World> {
    const { provider } = this.#schema
    const values = oddValues[provider === 'mysql' || provider === 'sqlite' ? provider : 'postgresql']
    const quote = provider === 'mysql' ? '`' : '"'
    await writeOdd(
      world,
      this.#storage,
      values,
      (name) => `${quote}${name}${quote}`,
      (sql) => this.#client.$executeRawUnsafe(sql),
    )
    const find = ({ model, values }: Row): Promise<object> =>
      delegateOf(this.#client, model).findUniqueOrThrow({ where: uniqueOf(keyOf(world, model), values) })
    const found: Record<string, unknown>[] = []
    for (const row of world.rows) found.push({ ...(await find(row)) })
    return withRead(world, found)
  }

  async ask(asked: Case): Promise<Asked> {
    const world = this.#world!
    const authorizer = new Authorizer({ ...quiet, limits: withoutTime, actions: asked.actions })
    // Cases take turns with where the actor's memberships are looked for, and with the query that looks up keys.
    const turn = printPolicy(asked.policy).length
    const { prisma, authorizedFilter, authorizedActors, filterArguments } = prismaAuthorization(
      authorizer,
      this.#client,
      {
        schema: this.#schema,
        unscoped: 'allow',
        acceptCollation: this.#acceptCollation,
        actorRelations: turn % 3 === 0 ? 'database' : 'auto',
        strategy: turn % 4 === 0 ? 'subquery' : 'auto',
        ...(world.foreign ? { facts: { references: this.#planted?.references ?? false } } : {}),
      },
    )
    const change = this.#planted?.where
    // The last extension runs last.
    const client = change ? prisma.$extends(changing(change)) : prisma
    for (const [name, value] of makeObjects({ ...world, rows: [] }).constants) authorizer.registerConstant(value, name)
    authorizer.loadSync(printPolicy(asked.policy))
    /** Returns the places of rows of a model. */
    const placesOf = (model: string, rows: readonly object[]): ReadonlySet<number> => {
      const key = keyOf(world, model)
      const places = new Map(
        world.rows.flatMap((row, at) => (row.model === model ? [[keyText(key, row.values), at] as const] : [])),
      )
      return new Set(rows.map((row) => places.get(keyText(key, { ...row }))!))
    }
    const found = async (model: string, args: object): Promise<ReadonlySet<number>> =>
      placesOf(model, await delegateOf(client, model).findMany({ ...args, select: selectionOf(keyOf(world, model)) }))
    const fetch = (row: number): Promise<object> => {
      const { model, values } = world.rows[row]!
      return delegateOf(client, model).findUniqueOrThrow({ where: uniqueOf(keyOf(world, model), values) })
    }
    const actors = new Map<number, Promise<object>>()
    const subject = async (actor: number | null): Promise<object | null> => {
      if (actor === null) return null
      const known = actors.get(actor) ?? fetch(actor)
      actors.set(actor, known)
      return known
    }
    return {
      async list(actor, action) {
        // A page that takes more rows than there are: other queries come before one.
        const page = turn % 2 === 0 ? { take: 1_000 } : {}
        return found(asked.model, authorizedFilter(await subject(actor), { action, ...page }))
      },
      who: async (action, row) => found('User', authorizedActors(action, await fetch(row))),
      check: async (actor, action, row) => authorizer.isAllowed(await subject(actor), action, await fetch(row)),
      difference: (question) => {
        const queries: RowQueries = {
          find: (filter, page) => {
            const orderBy = keyOf(world, filter.model).map((name) => ({ [name]: 'asc' }))
            return delegateOf(client, filter.model).findMany({ ...filterArguments(filter), ...page, orderBy })
          },
          count: (filter) => delegateOf(client, filter.model).count(filterArguments(filter)),
        }
        return differenceOf(authorizer, question, queries, subject, placesOf)
      },
    }
  }
}

function selectionOf(key: readonly string[]): Readonly<Record<string, true>> {
  return Object.fromEntries(key.map((name) => [name, true as const]))
}

/** Changes what lists are asked for. */
function changing(change: NonNullable<Planted['where']>): object {
  const findMany = ({ args, query }: { args: { where?: unknown }; query(args: object): unknown }): unknown =>
    query({ ...args, where: changedWhere(args.where, change) })
  return { query: { $allModels: { findMany } } }
}

function delegateOf(client: Client, model: string): Delegate {
  // Sound: a client has a delegate for each model of its schema.
  return (client as unknown as Record<string, Delegate>)[model.charAt(0).toLowerCase() + model.slice(1)]!
}

function uniqueOf(key: readonly string[], values: Readonly<Record<string, Value>>): object {
  const found = Object.fromEntries(key.map((name) => [name, values[name]]))
  return key.length === 1 ? found : { [key.join('_')]: found }
}

function keyText(key: readonly string[], values: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(key.map((name) => values[name]))
}
