import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, extname, normalize, resolve } from 'node:path'
import { describeSchema } from '@arcturus/core/internal/cli'
import { Failure, reasonOf } from '../output/failure.js'
import type { Output, Result } from '../output/output.js'
import { databaseFailure, type Project } from '../project/project.js'
import type { Row, RowSource } from '../project/rows.js'
import { playgroundFolder } from '../templates.js'

type ModelDescription = ReturnType<typeof describeSchema>['models'][number]

export interface PlaygroundCommand {
  /** A file with a world, in place of the application. */
  readonly import?: string
  /** The most rows of each model, besides those that they refer to. */
  readonly rows: number
  /** Columns that are shown though the policy does not read them, such as `User.name`. */
  readonly show: readonly string[]
  /** Whether the application may be that of production. */
  readonly production?: boolean
}

/** The most rows of all models together, as the page opens them. */
const mostRows = 400

/** Serves the playground until it is interrupted. The application is closed before: the page has copies of rows alone. */
export async function playground(
  open: () => Promise<Project>,
  output: Output,
  given: PlaygroundCommand,
): Promise<Result> {
  const { cwd, env } = output.io
  const opened =
    given.import === undefined
      ? await applicationOf(open, given, env['NODE_ENV'] === 'production')
      : worldIn(resolve(cwd, given.import))
  const { server, address } = await serve(opened)
  output.line(`The playground is at ${address}\nPress Ctrl+C to stop.`)
  await new Promise<void>((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop())
  })
  server.close()
  return { code: 0, json: null }
}

function worldIn(file: string): string {
  try {
    return JSON.stringify(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new Failure(`The world can't be read: ${reasonOf(error)}`, 'save one in the playground', error)
  }
}

/** Returns the models, the policy and rows of the application as JSON: the keys, and the columns that the policy reads. */
export async function applicationOf(
  open: () => Promise<Project>,
  { rows: take, show, production = false }: PlaygroundCommand,
  isProduction: boolean,
): Promise<string> {
  if (isProduction && !production)
    throw new Failure('The playground shows rows, and NODE_ENV is production.', 'pass --production if you mean it')
  const project = await open()
  try {
    await project.loadChanged()
    const { config, authorizer, context: values } = project
    const stranger = show.find((path) => !/^\w+\.\w+$/.test(path) || !authorizer.schema.field(...split(path)))
    if (stranger !== undefined) throw new Failure(`There is no column ${stranger}.`, 'write --show User.name')
    const files = await project.readPolicy()
    const policy = files.map(({ name, text }) => (files.length > 1 ? `# ${name}\n${text}` : text)).join('\n')
    // Sound: a schema is described by its public parts, whatever copy of the library made it.
    const described = describeSchema(authorizer.schema as Parameters<typeof describeSchema>[0])
    const models = readBy(policy, described.models, show)
    const source = project.hasRows ? project.rows : { find: async () => null, list: async () => [] }
    const rows = await (source.readOnly ?? ((work) => work(source)))((tables) => sample(tables, models, take)).catch(
      (error: unknown) => {
        throw databaseFailure("The rows can't be read", error)
      },
    )
    const title = basename(config.folder)
    const whole = { title, models, policy, rows, context: described.context, values }
    return JSON.stringify(whole, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  } finally {
    await project.close()
  }
}

// Sound: the path has two parts.
const split = (path: string) => path.split('.') as [model: string, field: string]

/** Returns the models that a policy names or reaches, with their relations and keys, and the columns that it names. */
function readBy(
  policy: string,
  models: readonly ModelDescription[],
  show: readonly string[],
): readonly ModelDescription[] {
  const names = new Set(policy.match(/\w+/g))
  const reached = new Set(models.flatMap(({ name }) => (names.has(name) ? [name] : [])))
  // What is added while the set is read is read, too.
  for (const name of reached)
    for (const field of models.find((one) => one.name === name)?.fields ?? [])
      if (field.kind === 'relation' && names.has(field.name)) reached.add(field.model)
  const kept = models.filter(({ name, key }) => key !== undefined && reached.has(name))
  return kept.map((model) => ({
    ...model,
    fields: model.fields.filter(({ name, ...field }) =>
      field.kind === 'relation'
        ? kept.some((one) => one.name === field.model)
        : names.has(name) ||
          model.key!.includes(name) ||
          show.includes(`${model.name}.${name}`) ||
          model.fields.some((one) => one.kind === 'relation' && one.from.includes(name)),
    ),
  }))
}

/** Reads rows of each model, and those that they refer to. In place of the rows of a relation they have keys. */
async function sample(
  tables: RowSource,
  models: readonly ModelDescription[],
  take: number,
): Promise<readonly (readonly [model: string, row: object])[]> {
  const found = new Map<string, readonly [ModelDescription, Row]>()
  const modelOf = (name: string): ModelDescription => models.find((one) => one.name === name)!
  const keyOf = ({ key }: ModelDescription, row: Row): readonly unknown[] => key!.map((name) => cell(row, name))
  const add = (model: ModelDescription, row: Row | null): void => {
    const id = row && JSON.stringify([model.name, ...keyOf(model, row).map(String)])
    if (id && !found.has(id) && found.size < mostRows) found.set(id, [model, row!])
  }
  for (const model of models) {
    const linked = model.fields.flatMap((one) => (one.kind === 'relation' && one.from.length === 0 ? [one.name] : []))
    for (const row of await tables.list(model.name, take, linked)) add(model, row)
  }
  for (const [{ fields }, row] of found.values())
    for (const field of fields) {
      if (field.kind !== 'relation' || field.many) continue
      const values = field.from.map((name) => cell(row, name))
      const other = cell(row, field.name)
      if (other instanceof Object) add(modelOf(field.model), other)
      else if (values.length > 0 && values.every((value) => value != null))
        add(
          modelOf(field.model),
          await tables.find(field.model, Object.fromEntries(field.to.map((name, at) => [name, values[at]]))),
        )
    }
  const sent = (row: Row, field: ModelDescription['fields'][number]): unknown => {
    const value = cell(row, field.name)
    if (field.kind !== 'relation') return value
    // A relation with columns is not sent.
    const rows = field.from.length > 0 ? [] : [value].flat().filter((one) => one instanceof Object)
    return rows.flatMap((one) => keyOf(modelOf(field.model), one))
  }
  return [...found.values()].map(([{ name, fields }, row]) => [
    name,
    Object.fromEntries(fields.map((field) => [field.name, sent(row, field)])),
  ])
}

// Sound: fields are properties of rows.
const cell = (row: Row, name: string): unknown => (row as Readonly<Record<string, unknown>>)[name]

/** The files of the page. */
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
}

/**
 * Serves the page and what it opens, on this computer alone. Each address has a random part, and a request must name this
 * host and no other origin, so that no page of the network can read it.
 */
export async function serve(
  opened: string,
  folder: URL = playgroundFolder,
): Promise<{ readonly server: Server; readonly address: string }> {
  if (!existsSync(folder)) throw new Failure('The playground is not built.', 'run npm run build in the repository')
  const files = new Set(readdirSync(folder, { recursive: true }) as string[])
  const token = randomBytes(24).toString('base64url')
  const server = createServer(({ url, method, headers: { host, origin } }, response) => {
    const own = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const path = url?.startsWith(`/${token}/`) ? url.slice(token.length + 2) || 'index.html' : ''
    const type = types[extname(path)]
    const isOwn = method === 'GET' && host === own && (origin === undefined || origin === `http://${own}`)
    if (!isOwn || !type || !(path === 'application.json' || files.has(normalize(path)))) response.writeHead(403).end()
    else
      response
        .writeHead(200, {
          'content-type': type,
          'cache-control': 'no-store',
          'referrer-policy': 'no-referrer',
          'x-content-type-options': 'nosniff',
          'x-frame-options': 'DENY',
          'cross-origin-resource-policy': 'same-origin',
        })
        .end(path === 'application.json' ? opened : readFileSync(new URL(path, folder)))
  })
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening))
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${token}/#application` }
}
