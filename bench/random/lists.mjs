// `pnpm bench:lists --random N`: lists of random policies on PostgreSQL, beside SQL that independent code writes from the same
// specification. Both statements are sent by the same client, so only what the database does is compared.
import { Authorizer, UnsupportedFilterError } from '@arcturus/core'
import '@arcturus/core/sync'
import { prismaAuthorization } from '@arcturus/prisma'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { DataSource, EntitySchema } from 'typeorm'
import { openFilled } from '../lists/database.mjs'
import { generateClient } from '../lists/prisma.mjs'
import { median } from '../measure.mjs'
import { duration, table } from '../report.mjs'
import { polarOf, variableOf } from './polar.mjs'
import { specificationOf } from './policies.mjs'
import { noon } from './rows.mjs'
import { listSql } from './sql.mjs'
import { countsOf, entitiesOf, prismaSchemaOf, sqlOfTables } from './tables.mjs'

/** So many users are looked at to find one whose list is neither empty nor everything. */
const candidates = 40
/** A list of the policy may take so many times as long as the one by hand; shorter times are noise. */
const allowed = 2
const noise = 2e6
/** Short lists are sent more often, for so many milliseconds but at most ten times as often: their times vary more. */
const longEnough = 500

/**
 * Measures lists of random policies and prints them.
 * @param options.count - How many policies.
 * @param options.rows - The rows of the table that is listed.
 * @param options.jit - Whether PostgreSQL may compile the statements. Default true.
 * @returns the results
 */
export async function measureRandomLists({ count, seed, from = 0, rows, pairs, jit = true, print }) {
  const results = []
  for (let index = from; results.length < count; index++) {
    const result = await measurePolicy(`#${index}`, { seed, rows, pairs, jit })
    if (!result) continue
    results.push(result)
    print(lineOf(result))
  }
  print(report(results))
  return results
}

async function measurePolicy(name, { seed, rows, pairs, jit }) {
  const spec = specificationOf(name, { seed, schema: 'declared', forLists: true })
  const model = deepest(spec)
  const counts = countsOf(spec, model, rows)
  const url = await openFilled(sqlOfTables(spec, counts, seed).join(';\n'))
  const client = new pg.Client({ connectionString: url, statement_timeout: 120_000 })
  await client.connect()
  await client.query(`SET jit = ${jit ? 'on' : 'off'}`)
  const orms = [await openTypeOrm(spec, url), await openPrisma(spec, url)]
  try {
    const question = await findQuestion(spec, model, orms[0])
    if (!question) return undefined
    const { id, action } = question
    const result = { name, model, action, rows: counts[model], polar: polarOf(spec), lists: [] }
    for (const orm of orms) {
      const user = await orm.user(id)
      const twin = listSql(spec, model, action, user, noon)
      const hand = {
        page: `SELECT t.* FROM ${twin.from} WHERE ${twin.where} ORDER BY t."id" DESC LIMIT 50`,
        count: `SELECT count(*) FROM ${twin.from} WHERE ${twin.where}`,
      }
      for (const [kind, sql] of Object.entries(hand)) {
        const policy = await orm.statements(kind, user, action, model)
        const measured = policy
          ? await compare(client, policy, [{ sql, values: [] }], pairs)
          : { ratio: 1, refused: true, hand: 0, policy: 0, sql: {} }
        result.lists.push({ orm: orm.name, kind, ...measured })
      }
    }
    return result
  } finally {
    for (const orm of orms) await orm.close()
    await client.end()
  }
}

function load(authorizer, spec) {
  authorizer.registerConstant({ now: () => noon }, 'clock').loadSync(polarOf(spec))
}

/** What a list sends: a SELECT, behind those that look keys up for it; undefined if the filter is refused. */
async function statementsOf(sent, list) {
  sent.length = 0
  try {
    await list()
  } catch (error) {
    if (error instanceof UnsupportedFilterError) return undefined
    throw error
  }
  // Prisma reports a query after its answer.
  await new Promise((resolve) => setTimeout(resolve, 30))
  const selects = sent.filter(({ sql }) => sql.startsWith('SELECT'))
  if (selects.length === 0) throw new Error('A list sent no statement.')
  return selects
}

const listsOf = (spec) => Object.entries(spec.fields.User).flatMap(([field, { many }]) => (many ? [[field, true]] : []))

async function openTypeOrm(spec, url) {
  const sent = []
  const ignore = () => {}
  const source = await new DataSource({
    type: 'postgres',
    url,
    extra: { statement_timeout: 120_000 },
    entities: entitiesOf(spec).map((options) => new EntitySchema(options)),
    logger: {
      logQuery: (sql, values = []) => sent.push({ sql, values }),
      logQueryError: ignore,
      logQuerySlow: ignore,
      logSchemaBuild: ignore,
      logMigration: ignore,
      log: ignore,
    },
  }).initialize()
  const authorizer = new Authorizer({ log: ignore })
  const { authorizedQuery } = typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
  load(authorizer, spec)
  const lists = {
    page: (query) => query.orderBy('t.id', 'DESC').limit(50).getMany(),
    count: (query) => query.getCount(),
  }
  return {
    name: 'TypeORM',
    authorizer,
    user: (id) =>
      source.getRepository('User').findOneOrFail({ where: { id }, relations: Object.fromEntries(listsOf(spec)) }),
    statements: (kind, user, action, model) =>
      statementsOf(sent, () => lists[kind](authorizedQuery(user, action, model, { alias: 't' }))),
    close: () => source.destroy(),
  }
}

async function openPrisma(spec, url) {
  const { PrismaClient, schema } = await generateClient(`random-${spec.name}`, prismaSchemaOf(spec))
  const authorizer = new Authorizer({ log: () => {} })
  const bare = new PrismaClient({
    adapter: new PrismaPg({ connectionString: url }),
    log: [{ emit: 'event', level: 'query' }],
  })
  const sent = []
  bare.$on('query', ({ query, params }) => sent.push({ sql: query, values: JSON.parse(params) }))
  const { prisma, rows, authorizedFilter } = prismaAuthorization(authorizer, bare, { schema })
  load(authorizer, spec)
  const include = Object.fromEntries(listsOf(spec))
  const lists = {
    page: (delegate, filter) => delegate.findMany({ ...filter, orderBy: { id: 'desc' }, take: 50 }),
    count: (delegate, filter) => delegate.count(filter),
  }
  return {
    name: 'Prisma',
    authorizer,
    user: (id) => rows.user.findUniqueOrThrow({ where: { id }, ...(listsOf(spec).length > 0 ? { include } : {}) }),
    statements: (kind, user, action, model) =>
      statementsOf(sent, () => lists[kind](prisma[variableOf(model)], authorizedFilter(user, { action }))),
    close: () => bare.$disconnect(),
  }
}

/** The model with the longest way up; trees of rows are not listed. */
function deepest(spec) {
  const depth = (model) => 1 + Math.max(0, ...Object.values(spec.relations[model] ?? {}).map(({ to }) => depth(to)))
  const models = Object.keys(spec.actions).filter((model) => model !== 'Folder' && model !== 'File')
  return models.toSorted((a, b) => depth(b) - depth(a))[0]
}

/** A user and an action for which the list depends on the row. */
async function findQuestion(spec, model, { authorizer, user }) {
  for (let id = 1; id <= candidates; id++) {
    const one = await user(id)
    for (const action of spec.actions[model])
      if (authorizer.filter(one, action, model).kind === 'condition') return { id, action }
  }
  return undefined
}

async function compare(client, policy, hand, pairs) {
  const run = async (statements) => {
    let answer
    for (const { sql, values } of statements) answer = await client.query({ text: sql, values, rowMode: 'array' })
    return answer
  }
  const text = (statements) => statements.map(({ sql }) => sql).join(';\n')
  const rowsOf = ({ rows, fields }) => {
    const id = Math.max(
      0,
      fields.findIndex(({ name }) => name === 'id' || name === 't_id'),
    )
    return JSON.stringify(rows.map((row) => Number(row[id])))
  }
  const [found, wanted] = [rowsOf(await run(policy)), rowsOf(await run(hand))]
  if (found !== wanted)
    throw new Error(
      `The policy selects ${found.slice(0, 200)}\nby ${text(policy)} ${JSON.stringify(policy.at(-1).values)}\nand SQL by hand ${wanted.slice(0, 200)}\nby ${text(hand)}`,
    )
  const times = { policy: [], hand: [] }
  const end = performance.now() + longEnough
  for (let pair = 0; pair < pairs || (pair < 10 * pairs && performance.now() < end); pair++) {
    const inTurn = pair % 2 === 0 ? { policy, hand } : { hand, policy }
    for (const [side, statement] of Object.entries(inTurn)) {
      const start = process.hrtime.bigint()
      await run(statement)
      times[side].push(Number(process.hrtime.bigint() - start))
    }
  }
  const took = { policy: median(times.policy), hand: median(times.hand) }
  // A few rows take less than a message to the server, and on a busy machine a message takes longer than that.
  const isShort = Object.values(times).every((each) => Math.min(...each) < noise)
  const ratio = isShort ? 1 : took.policy / took.hand
  const plan = async (statements) => {
    const lines = []
    for (const { sql, values } of statements) {
      const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS) ${sql}`, values)
      lines.push(...rows.map((row) => row['QUERY PLAN']))
    }
    return lines.join('\n')
  }
  const plans = ratio > 1.3 ? { policy: await plan(policy), hand: await plan(hand) } : undefined
  return { ...took, ratio, sql: { policy: text(policy), values: policy.at(-1).values, hand: text(hand) }, plans }
}

const lineOf = ({ name, model, action, lists }) =>
  `${name}: ${action} ${model}\n${lists.map((one) => `  ${nameOf(one)} ${cells(one).join('  ')}`).join('\n')}`
const nameOf = ({ orm, kind }) => `${orm}, ${kind}`
const cells = ({ refused, hand, policy, ratio }) =>
  refused ? ['', 'refused', ''] : [duration(hand), duration(policy), `${ratio.toFixed(2)} ×`]

function report(results) {
  const all = results.flatMap((result) => result.lists.map((list) => ({ ...list, result })))
  const parts = []
  for (const orm of new Set(all.map((list) => list.orm))) {
    for (const kind of ['page', 'count']) {
      const ratios = all
        .filter((list) => list.orm === orm && list.kind === kind && !list.refused)
        .map(({ ratio }) => ratio)
      const refused = results.length - ratios.length
      parts.push([
        `${orm}, ${kind}`,
        `${median(ratios).toFixed(2)} ×`,
        `${Math.max(...ratios).toFixed(2)} ×`,
        String(refused),
      ])
    }
  }
  const sorted = all.toSorted((a, b) => b.ratio - a.ratio)
  const [{ result, sql, plans, ...worst }] = sorted
  const slow = sorted.filter(({ ratio }) => ratio > allowed)
  return [
    `\n${table([`${results.length} random policies`, 'median', 'worst', 'refused'], parts)}`,
    `The slowest beside the SQL by hand:\n${table(['', 'by hand', 'policy', 'ratio', 'compiling (JIT)'], sorted.slice(0, 5).map(slowest))}`,
    `The worst is ${result.name} by ${nameOf(worst)}, ${worst.ratio.toFixed(2)} ×:`,
    result.polar,
    `By the policy, ${JSON.stringify(sql.values)}:\n${sql.policy}`,
    `By hand:\n${sql.hand}`,
    ...(plans ? [`The plan by the policy:\n${plans.policy}`, `The plan by hand:\n${plans.hand}`] : []),
    slow.length === 0
      ? `No list takes more than ${allowed} × as long as by hand.`
      : `More than ${allowed} × as long as by hand: ${slow.map((one) => `${one.result.name} by ${nameOf(one)}`).join('; ')}`,
  ].join('\n\n')
}

const slowest = (list) => [
  `${list.result.name} by ${nameOf(list)}`,
  ...cells(list),
  list.plans ? ['hand', 'policy'].map((side) => `${side}: ${compilingOf(list.plans[side])}`).join(', ') : '',
]

/** How long PostgreSQL compiled a statement before it ran it, as its plan says. */
const compilingOf = (plan) => /\bJIT:[\s\S]*? Total ([\d.]+ ms)/.exec(plan)?.[1] ?? 'none'

/** Whether every list is fast enough. */
export const allFast = (results) => results.every(({ lists }) => lists.every(({ ratio }) => ratio <= allowed))
