import type { Authorizer, Context } from '@arcturus/core'
import { givenName, isBuiltInType } from '@arcturus/core/internal/cli'
import type { RowQueries } from '@arcturus/testing/internal/cli'
import { Failure } from '../output/failure.js'

/** A row of the application's database. */
export type Row = object
/** Columns and the values that a row must have in them. */
export type RowKey = Readonly<Record<string, unknown>>

/** A source of rows, for applications without Prisma and TypeORM. */
export interface RowSource {
  /** Returns the row with these values, or null. The authorizer must know the model of the row. */
  readonly find: (model: string, key: RowKey) => Promise<Row | null>
  /** Returns at most `take` rows of a model, of an ORM with the rows of these relations. */
  readonly list: (model: string, take: number, relations?: readonly string[]) => Promise<readonly Row[]>
  /**
   * Returns at most `take` rows of a model that may perform the action on the resource, in the context of the command.
   * Without it, the rows are checked one by one.
   */
  readonly actors?: (
    model: string,
    action: string,
    resource: unknown,
    take: number,
    context: Context | undefined,
  ) => Promise<readonly Row[]>
  /** Queries for the rows of a filter. Without them, `arcturus diff` checks a sample of the rows. */
  readonly queries?: RowQueries
  /** Lists the rows of a filter, and returns the `where` and the statements that were sent. */
  readonly sent?: (filter: { readonly model: string }, isPlanned: boolean) => Promise<Sent>
  /** Returns the rows with one of these keys. Without it, they are found one by one. */
  readonly findAll?: (model: string, keys: readonly RowKey[]) => Promise<readonly Row[]>
  /** Runs work on the rows in a transaction that can't write. Without it, rows are read as by other commands. */
  readonly readOnly?: <Result>(work: (rows: RowSource) => Promise<Result>) => Promise<Result>
  /** Returns a page of all rows of a model, in the order of their keys. */
  readonly page?: (model: string, skip: number, take: number) => Promise<readonly Row[]>
}

/** A query as an ORM gets it, and its statements as the database does. */
export interface Sent {
  /** Of TypeORM it is the SQL. */
  readonly where?: unknown
  readonly statements: readonly Statement[]
}

export interface Statement {
  readonly sql: string
  readonly values: readonly unknown[]
  /** The rows of its plan, if they are wanted. */
  readonly plan?: readonly (readonly unknown[])[] | undefined
}

/** `authorizedActors` of an ORM package: arguments of a query for the actors who may do something. */
export type AuthorizedActorsLike = {
  // The parameters of a method can be of a narrower type, such as the actions of the policy.
  of(action: string, resource: never, entity: never, options: never): object | Promise<object>
}['of']

/** `filterArguments` of an ORM package: arguments of a query for the rows of a filter. */
export type FilterArgumentsLike = (filter: never, entity: never) => object

/** The functions of an ORM package that the configuration passes. */
export interface OrmFunctions {
  readonly authorizedActors?: AuthorizedActorsLike | undefined
  readonly filterArguments?: FilterArgumentsLike | undefined
}

/** The part of a Prisma client that is used here. */
export interface PrismaLike {
  readonly $extends: unknown
  /** Of a guarded client: returns arguments that make a query without a filter pass. */
  readonly $arcturus?: (isUnguarded: boolean) => object
}

/** What a client of Prisma with a driver adapter has. */
interface AdaptedClient {
  _executeRequest(request: { readonly args: { readonly where?: unknown } }): unknown
  readonly _engineConfig?: { readonly adapter?: { readonly provider: string; connect(): Promise<Connection> } }
  $disconnect(): Promise<void>
}
interface Connection {
  queryRaw(query: { readonly sql: string; readonly args: unknown[] }): Promise<{ readonly rows: unknown[][] }>
}

/** The part of a TypeORM data source that is used here. */
export interface DataSourceLike {
  readonly isInitialized: boolean
  getRepository(target: never): unknown
}

/** What a client and a data source have for transactions. */
interface Transactions {
  $transaction<Result>(
    work: (client: PrismaLike & { $executeRawUnsafe(sql: string): Promise<unknown> }) => Promise<Result>,
  ): Promise<Result>
  readonly _activeProvider: string
  transaction<Result>(
    work: (manager: DataSourceLike & { query(sql: string): Promise<unknown> }) => Promise<Result>,
  ): Promise<Result>
  readonly options: { readonly type: string }
}

/** The rows of one model, as an ORM reads them. */
interface Table {
  find(key: RowKey): Promise<Row | null>
  findAll(keys: readonly RowKey[]): Promise<Row[]>
  /** Returns the rows of a query, in the order of the columns if there are any. */
  list(query: object, order?: readonly string[]): Promise<Row[]>
  count(query: object): Promise<number>
  sent(query: object, isPlanned: boolean): Promise<Sent>
}

/** Returns the source of rows behind a client, a data source, or functions. */
export function rowsOf(
  database: PrismaLike | DataSourceLike | RowSource,
  authorizer: Pick<Authorizer, 'schema'>,
  functions: OrmFunctions = {},
): RowSource {
  // Sound: every client and every data source has them.
  const transactions = database as unknown as Transactions
  if ('$extends' in database) {
    const rowsIn = (client: PrismaLike): RowSource =>
      rowsOfTables((model) => prismaTable(client, model), false, authorizer, functions)
    return {
      ...rowsIn(database),
      readOnly: (work) =>
        transactions.$transaction(async (client) => {
          await client.$executeRawUnsafe(writingNothing(transactions._activeProvider))
          return work(rowsIn(client))
        }),
    }
  }
  if ('getRepository' in database) {
    const rowsIn = (manager: DataSourceLike): RowSource =>
      rowsOfTables((model) => typeOrmTable(manager, model), true, authorizer, functions)
    return {
      ...rowsIn(database),
      readOnly: async (work) => {
        await initialize(database)
        return transactions.transaction(async (manager) => {
          await manager.query(writingNothing(transactions.options.type))
          return work(rowsIn(manager))
        })
      },
    }
  }
  return database
}

/** Returns the statement after which a transaction can't write. A database that has another one refuses it. */
function writingNothing(database: string): string {
  if (/sql(?:ite|js)/.test(database)) return 'PRAGMA query_only = 1'
  return /^(?:mysql|mariadb)$/.test(database) ? 'START TRANSACTION READ ONLY' : 'SET TRANSACTION READ ONLY'
}

/** @param takesEntity - Whether the functions of the ORM take the entity. */
function rowsOfTables(
  tableOf: (model: string) => Table | Promise<Table>,
  takesEntity: boolean,
  { schema }: Pick<Authorizer, 'schema'>,
  { authorizedActors, filterArguments }: OrmFunctions,
): RowSource {
  const list = async (model: string, query: object): Promise<Row[]> =>
    (await tableOf(model)).list(query, schema.key(model) ?? [])
  // Sound: each ORM's functions get what they take.
  const queryOf = (filter: { readonly model: string }): object =>
    filterArguments!(filter as never, (takesEntity ? filter.model : undefined) as never)
  return {
    find: async (model, key) => (await tableOf(model)).find(key),
    findAll: async (model, keys) => (await tableOf(model)).findAll(keys),
    list: async (model, take, relations = []) => {
      const wanted = Object.fromEntries(relations.map((name) => [name, true]))
      // Prisma takes no empty object.
      const joined = relations.length > 0 && { [takesEntity ? 'relations' : 'include']: wanted }
      return (await tableOf(model)).list({ take, ...joined })
    },
    ...(authorizedActors && {
      actors: async (model, action, resource, take, context) => {
        const rest = [...(takesEntity ? [model] : []), { context }] as unknown as [never, never]
        return (await tableOf(model)).list({ ...(await authorizedActors(action, resource as never, ...rest)), take })
      },
    }),
    page: (model, skip, take) => list(model, { skip, take }),
    ...(filterArguments && {
      sent: async (filter, isPlanned) => (await tableOf(filter.model)).sent(queryOf(filter), isPlanned),
      queries: {
        find: (filter, page) => list(filter.model, { ...queryOf(filter), ...page }),
        count: async (filter) => (await tableOf(filter.model)).count(queryOf(filter)),
      },
    }),
  }
}

function prismaTable(prisma: PrismaLike, model: string): Table {
  // Sound: a client has a delegate for each model, under its name with a small first letter.
  const delegate = (prisma as unknown as Readonly<Record<string, PrismaDelegate | undefined>>)[
    model[0]!.toLowerCase() + model.slice(1)
  ]
  if (typeof delegate?.findFirst !== 'function')
    throw new Failure(`The Prisma client has no model ${model}.`, 'pass the client of the schema that declares it')
  const all = prisma.$arcturus?.(true)
  return {
    find: (where) => delegate.findFirst({ where, ...all }),
    findAll: (keys) => delegate.findMany({ where: { OR: keys }, ...all }),
    list: (query, order) => {
      const orderBy = order && { orderBy: order.map((name) => ({ [name]: 'asc' })) }
      // A query with a filter has a `where`.
      return delegate.findMany({ ...query, ...orderBy, ...('where' in query ? undefined : all) })
    },
    count: (query) => delegate.count(query),
    async sent(query, isPlanned) {
      // Sound: a client without a driver adapter lacks it.
      const client = prisma as unknown as AdaptedClient
      const { adapter } = client._engineConfig ?? {}
      const statements: Statement[] = []
      if (!adapter)
        throw new Failure('The Prisma client has no driver adapter.', 'pass one: new PrismaClient({ adapter })')
      // The facts of the database are asked first.
      await delegate.findMany({ ...query, take: 0 })
      let where: unknown
      const execute = client._executeRequest
      client._executeRequest = function (request) {
        where = request.args.where
        return execute.call(this, request)
      }
      const connect = adapter.connect.bind(adapter)
      adapter.connect = async () => {
        const connection = await connect()
        const send = connection.queryRaw.bind(connection)
        connection.queryRaw = async (sent) => {
          const { sql, args: values } = sent
          const plan = isPlanned ? await send({ ...sent, sql: explaining(adapter.provider) + sql }) : undefined
          statements.push({ sql, values, plan: plan?.rows })
          return send(sent)
        }
        return connection
      }
      // The client connects again for its next query.
      await client.$disconnect()
      await delegate.findMany({ ...query, take: listed })
      return { where, statements }
    },
  }
}

/** The number of rows of the list whose statement is shown: a page, as applications read it. */
const listed = 100

/** Returns the word that makes a database plan a statement, and not run it. */
function explaining(database: string): string {
  return /sql(?:ite|js)/.test(database) ? 'EXPLAIN QUERY PLAN ' : 'EXPLAIN '
}

interface PrismaDelegate {
  findFirst(query: object): Promise<Row | null>
  findMany(query: object): Promise<Row[]>
  count(query: object): Promise<number>
}

async function initialize(dataSource: DataSourceLike): Promise<void> {
  // The manager of a transaction has no such property. Sound: every data source can be initialized.
  if (dataSource.isInitialized === false)
    await (dataSource as unknown as { initialize(): Promise<unknown> }).initialize()
}

async function typeOrmTable(dataSource: DataSourceLike, model: string): Promise<Table> {
  await initialize(dataSource)
  const repository = dataSource.getRepository(model as never) as TypeOrmRepository
  return {
    find: (key) => repository.findOneBy(key),
    findAll: (keys) => repository.findBy(keys),
    list: (query, order) =>
      repository.find({ ...query, ...(order && { order: Object.fromEntries(order.map((name) => [name, 'ASC'])) }) }),
    count: (query) => repository.count(query),
    async sent(query, isPlanned) {
      const [sql, values] = repository
        .createQueryBuilder()
        .setFindOptions({ ...query, take: listed })
        .getQueryAndParameters()
      if (!isPlanned) return { statements: [{ sql, values }] }
      const plan = await repository.query(explaining(repository.manager.connection.options.type) + sql, values)
      return { statements: [{ sql, values, plan: plan.map((row) => Object.values(row)) }] }
    },
  }
}

interface TypeOrmRepository {
  findOneBy(where: RowKey): Promise<Row | null>
  findBy(where: readonly RowKey[]): Promise<Row[]>
  find(query: object): Promise<Row[]>
  count(query: object): Promise<number>
  query(sql: string, values: readonly unknown[]): Promise<Row[]>
  createQueryBuilder(): {
    setFindOptions(query: object): { getQueryAndParameters(): [sql: string, values: unknown[]] }
  }
  readonly manager: { readonly connection: { readonly options: { readonly type: string } } }
}

/** What a reference names: the model itself, unless it has a key or a row. */
interface Reference {
  readonly model: string
  readonly key?: RowKey
  /** The row itself, if the reference contains it as JSON. */
  readonly row?: Row
}

/** The names of an anonymous user. */
const nobody: ReadonlySet<string> = new Set(['nobody', 'anonymous', 'null', 'nil'])

/**
 * Reads a reference: `user:3`, `user:handle=ines`, `membership:3,5` (a key of several columns),
 * `Issue:{"id":1}` (a row as JSON), `Issue` (the model, for a row that does not exist yet), or
 * `nobody`.
 *
 * @returns undefined for nobody.
 * @throws {Failure} The model or a column is unknown, or the key has another number of columns.
 */
export function parseReference(authorizer: Pick<Authorizer, 'schema'>, text: string): Reference | undefined {
  if (nobody.has(text.toLowerCase())) return undefined
  const colon = text.indexOf(':')
  const model = modelCalled(authorizer, colon === -1 ? text : text.slice(0, colon))
  if (colon === -1) return { model }
  const rest = text.slice(colon + 1)
  if (rest.startsWith('{')) return { model, row: typedRow(authorizer.schema, model, rowIn(text, rest)) }
  const fields = authorizer.schema.fields(model)
  const typeOf = (name: string): string | undefined => {
    const field = fields.find((one) => one.name === name)
    return field?.kind === 'scalar' ? field.type : undefined
  }
  const parts = rest.split(',')
  const isNamed = parts.every((part) => part.includes('='))
  const names = isNamed ? parts.map((part) => part.split('=', 1)[0]!) : (authorizer.schema.key(model) ?? ['id'])
  const stranger = isNamed && fields.length > 0 && names.find((name) => typeOf(name) === undefined)
  if (typeof stranger === 'string')
    throw new Failure(
      `${model} has no column "${stranger}".`,
      `use one of: ${fields.flatMap((field) => (field.kind === 'scalar' ? [field.name] : [])).join(', ')}`,
    )
  if (names.length !== parts.length)
    throw new Failure(
      `The key of ${model} has ${names.length} column${names.length === 1 ? '' : 's'} (${names.join(', ')}), not ${parts.length}.`,
      `write ${model.toLowerCase()}:${names.map((name) => `${name}=…`).join(',')}`,
    )
  const values = isNamed ? parts.map((part) => part.slice(part.indexOf('=') + 1)) : parts
  return {
    model,
    key: Object.fromEntries(names.map((name, at) => [name, valueIn(name, values[at]!, typeOf(name))])),
  }
}

function rowIn(text: string, json: string): Row {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new Failure(`The row in ${text} is not valid JSON.`, `write it in quotes: 'Issue:{"id":1}'`, cause)
  }
}

/** Converts the texts of a row, and of the rows within it, to values that JSON does not have: dates and big integers. */
export function typedRow(schema: Authorizer['schema'], model: string, row: Row): Row {
  const fields = new Map((schema.models.has(model) ? schema.fields(model) : []).map((field) => [field.name, field]))
  const typed = (name: string, value: unknown): unknown => {
    const field = fields.get(name)
    if (Array.isArray(value)) return value.map((one) => typed(name, one))
    if (field?.kind === 'relation')
      return typeof value === 'object' && value !== null ? typedRow(schema, field.model, value) : value
    const isText = typeof value === 'string' && (field?.type === 'date' || field?.type === 'bigint')
    return isText ? valueIn(name, value, field.type) : value
  }
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typed(name, value)]))
}

/**
 * Converts a value of the command line to the type of its column.
 * @throws {Failure} It is no value of this type: another row must not be found instead.
 */
function valueIn(column: string, text: string, type: string | undefined): unknown {
  const value = converted(text, type)
  if (value !== undefined) return value
  throw new Failure(
    `"${text}" is no value of the column ${column}.`,
    `write ${examples[type as keyof typeof examples]}`,
  )
}

const examples = {
  integer: 'an integer, such as 3',
  float: 'a number, such as 3.5',
  bigint: 'an integer, such as 3',
  boolean: 'true or false',
  date: 'a date, such as 2020-01-31T12:00:00Z',
} as const

function converted(text: string, type: string | undefined): unknown {
  const number = Number(text)
  switch (type) {
    case 'integer':
      return /^-?\d+$/.test(text) && Number.isSafeInteger(number) ? number : undefined
    case 'float':
      return text.trim() !== '' && Number.isFinite(number) ? number : undefined
    case 'bigint':
      return /^-?\d+$/.test(text) ? BigInt(text) : undefined
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case 'date': {
      const date = new Date(text)
      return Number.isNaN(date.getTime()) ? undefined : date
    }
    case undefined:
    case 'unknown':
      // Other spellings, such as 007, are texts.
      return Number.isSafeInteger(number) && String(number) === text ? number : text
    default:
      return text
  }
}

/** Returns keys of a log of decisions, by the types of their columns. Those that no row can have are left out. */
export function recordedKeys(
  { schema }: Pick<Authorizer, 'schema'>,
  model: string,
  keys: readonly unknown[],
): readonly RowKey[] {
  const columns = schema.key(model) ?? []
  const typed = keys.map((key) =>
    columns.map((name) => {
      const value = columns.length === 1 ? key : Object(key)[name]
      const field = schema.field(model, name)
      const isTyped = field?.kind === 'scalar' && field.type !== 'unknown'
      return [name, isTyped ? converted(String(value), field.type) : value] as const
    }),
  )
  return typed.flatMap((key) => (key.every(([, value]) => value !== undefined) ? Object.fromEntries(key) : []))
}

/** Returns the name of a model, written in any case: `user` is `User`. */
export function modelCalled(authorizer: Pick<Authorizer, 'schema'>, name: string): string {
  const names = applicationModels(authorizer)
  if (names.includes(name)) return name
  const simple = (one: string): string => givenName(one).replaceAll(/[-_]/g, '').toLowerCase()
  const found = names.filter((one) => simple(one) === simple(name))
  if (found.length === 1) return found[0]!
  throw new Failure(`Unknown model "${name}".`, `use one of: ${names.join(', ')}`)
}

/** Returns the names of the models that the application registered. */
export function applicationModels({ schema }: Pick<Authorizer, 'schema'>): readonly string[] {
  return [...schema.models.keys()].filter((name) => !isBuiltInType(name))
}

/** Returns the models with an actor block. */
export function actorModels({ policy }: Authorizer): readonly string[] {
  const blocks = [...(policy?.blocks.values() ?? [])]
  return blocks.filter(({ keyword }) => keyword === 'actor').map(({ name }) => name)
}

/** Writes a row as a reference, such as `User:3`. */
export function referenceOf(authorizer: Authorizer, row: unknown): string {
  if (row === null) return 'nobody'
  if (typeof row === 'string') return row
  if (typeof row === 'function') return row.name
  const model = authorizer.modelOf(row)
  if (model === undefined) return String(row)
  const key = authorizer.schema.key(model) ?? []
  // Sound: the columns of a key are fields of its rows.
  const values = key.map((name) => (row as Readonly<Record<string, unknown>>)[name])
  return `${model}:${values.map(String).join(',')}`
}
