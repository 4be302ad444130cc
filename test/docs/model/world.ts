import { ArcturusError, AuthorizationError, Authorizer, type Diagnostic, PolicyError } from '@arcturus/core'
import { type PrismaSchema, prismaAuthorization } from '@arcturus/prisma'
import { createSchema, type Database, openDatabases } from '../../prisma/databases.js'
import { blocksOf } from './blocks.mjs'

/** A row of the database. */
export type Row = Readonly<Record<string, unknown>>
type Context = Readonly<Record<string, unknown>>

/** What the block `rows.ts` of a page exports. */
export interface Rows {
  /** The rows, by model, in an order that foreign keys allow. */
  readonly rows: Readonly<Record<string, readonly Row[]>>
  /** The actions that the matrix asks for, by model. */
  readonly questions: Readonly<Record<string, readonly string[]>>
  /** The models whose rows are actors. Default: User. */
  readonly actors?: readonly string[]
  /** The declarations of the context, and its values by a label. */
  readonly context?: Context
  readonly contexts?: Readonly<Record<string, Context>>
  /** The actions whose fields are listed, by model. */
  readonly fields?: Readonly<Record<string, readonly string[]>>
  /** Writes by the client of a person: who, the call, and the label of a context. */
  readonly writes?: readonly (readonly [who: string, call: string, at?: string])[]
}

/** The part of a Prisma client that the pages use. */
interface Delegate {
  createMany(args: { data: readonly Row[] }): Promise<unknown>
  findMany(args?: object): Promise<Row[]>
}
type Client = Readonly<Record<string, Delegate>> & {
  $extends(extension: unknown): Client
  $disconnect(): Promise<void>
  $transaction<T>(run: (transaction: Client) => Promise<T>): Promise<T>
  $on(event: 'query', listener: (event: { query: string; params: string }) => void): void
}

/** Nobody: the row of the matrix for anonymous users. */
export const NOBODY = 'nobody'

export const labelOf = (row: Row): string => String(row['title'] ?? row['name'] ?? row['id'])
export const delegateOf = (model: string): string => model[0]!.toLowerCase() + model.slice(1)

/** Who may do what: by the person and the resource, the actions, or the code of an error. */
export type Matrix = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>

/** A page's database with its rows. */
export class World {
  private constructor(
    readonly page: string,
    readonly facts: Rows,
    readonly schema: PrismaSchema,
    private readonly database: Database,
    private readonly client: Client,
    private readonly statements: string[],
  ) {}

  static async open(page: string): Promise<World> {
    const facts: Rows = await import(new URL(`../generated/model-${page}/rows.ts`, import.meta.url).href)
    const folder = new URL(`../../prisma/generated/model-${page}-sqlite-js/`, import.meta.url)
    const { schema } = await import(new URL('arcturus/schema.mjs', folder).href)
    const { PrismaClient } = await import(new URL('client/index.js', folder).href)
    const [database] = await openDatabases(`model_${page}`, ['sqlite'])
    await createSchema(database!, schema)
    const client: Client = new PrismaClient({ adapter: database!.adapter, log: [{ emit: 'event', level: 'query' }] })
    const statements: string[] = []
    client.$on('query', ({ query, params }) => {
      // The collations of the columns are read once, before the first list that compares texts.
      if (!/sqlite_master|^SELECT 'a'/.test(query)) statements.push(withValues(query, params))
    })
    for (const [model, data] of Object.entries(facts.rows)) await client[delegateOf(model)]!.createMany({ data })
    return new World(page, facts, schema, database!, client, statements)
  }

  async close(): Promise<void> {
    await this.client.$disconnect()
    await this.database.close()
  }

  /** The page's policy, or another one, over its tables. */
  policy(...sources: readonly string[]) {
    const authorizer = new Authorizer({ log: () => {} })
    if (this.facts.context) authorizer.registerContext(this.facts.context as never)
    const authorization = prismaAuthorization(authorizer, this.client, { schema: this.schema, unscoped: 'allow' })
    const texts = sources.length > 0 ? sources : [blocksOf(this.page).get('policy.polar')!]
    authorizer.loadSync(...texts.map((text, at) => ({ text, name: at === 0 ? 'policy.polar' : `file${at + 1}.polar` })))
    return { authorizer, ...authorization, client: authorization.prisma, warnings: authorizer.policy!.warnings }
  }

  /** The errors of sources that do not load, or nothing. */
  refusal(...sources: readonly string[]): readonly Diagnostic[] {
    try {
      this.policy(...sources)
      return []
    } catch (error) {
      if (error instanceof PolicyError) return error.diagnostics
      throw error
    }
  }

  /** Everybody who can ask, by label; `nobody` is an anonymous user. */
  async people(client: Client): Promise<ReadonlyMap<string, Row | null>> {
    const found = new Map<string, Row | null>()
    for (const model of this.facts.actors ?? ['User'])
      for (const row of await client[delegateOf(model)]!.findMany()) found.set(labelOf(row), row)
    return found.set(NOBODY, null)
  }

  async matrix(context: Context | undefined, ...sources: readonly string[]): Promise<Matrix> {
    const { authorizer, client } = this.policy(...sources)
    const asked = context ? authorizer.with(context) : authorizer
    const matrix = new Map<string, Map<string, string[]>>()
    for (const [who, actor] of await this.people(client)) {
      const cells = new Map<string, string[]>()
      matrix.set(who, cells)
      for (const [model, actions] of Object.entries(this.facts.questions))
        for (const row of await client[delegateOf(model)]!.findMany()) {
          const allowed: string[] = []
          for (const action of actions) {
            try {
              if (await asked.isAllowed(actor, action, row)) allowed.push(action)
            } catch (error) {
              if (!(error instanceof ArcturusError)) throw error
              allowed.push(`${action}: ${error.code}`)
            }
          }
          cells.set(labelOf(row), allowed)
        }
    }
    return matrix
  }

  /** The labels of the rows of a list, and the SQL that was sent for it. */
  async list(who: string, action: string, model: string, context?: Context) {
    const { authorizedFilter, client } = this.policy()
    const actor = (await this.people(client)).get(who)
    if (actor === undefined) throw new Error(`${this.page}: nobody is called ${who}.`)
    this.statements.length = 0
    const options = { action, ...(context && { context }) }
    const rows = await client[delegateOf(model)]!.findMany(authorizedFilter(actor as never, options as never) as object)
    return { labels: rows.map(labelOf), statements: [...this.statements] }
  }

  /** What a write by the client of a person comes to: `done`, or the status of the refusal. The write is undone. */
  async write(who: string, call: string, context?: Context, sources: readonly string[] = []): Promise<string> {
    const { authorizedClient, client } = this.policy(...sources)
    const actor = (await this.people(client)).get(who)
    if (actor === undefined) throw new Error(`${this.page}: nobody is called ${who}.`)
    const undone = new Error('undone')
    const run = new Function('client', `return client.${call}`)
    try {
      return await client.$transaction(async (tx) => {
        await run(authorizedClient(actor as never, { prisma: tx, ...(context && { context }) } as never))
        throw undone
      })
    } catch (error) {
      if (error === undone) return 'done'
      if (error instanceof AuthorizationError) return String(error.status)
      throw error
    }
  }

  /** The fields that a person may use of a row. */
  async fields(who: string, action: string, row: Row): Promise<readonly string[]> {
    const { authorizer, client } = this.policy()
    const actor = (await this.people(client)).get(who) ?? null
    return [...(await authorizer.authorizedFields(actor, action, row))].map(String)
  }

  async rowsOf(model: string): Promise<readonly Row[]> {
    return this.policy().client[delegateOf(model)]!.findMany()
  }
}

/** A statement with its values in the places of its placeholders. */
function withValues(query: string, params: string): string {
  const values: unknown[] = JSON.parse(params)
  return query.replaceAll('?', () => {
    const value = values.shift()
    if (typeof value !== 'string') return String(value)
    return value.endsWith('\0') ? `'${value.slice(0, -1)}' || char(0)` : `'${value}'`
  })
}
