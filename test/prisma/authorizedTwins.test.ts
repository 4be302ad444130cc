import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomKinds } from '../databases.js'
import type { Random } from '../fuzz/random.js'
import type { Row } from '../fuzz/writes/graph.js'
import {
  type Args,
  type RandomWrite,
  randomWrite,
  referencesIn,
  relationsOf,
  withWheres,
} from '../fuzz/writes/operations.js'
import { trialSize } from '../fuzz/writes/trial.js'
import { isHidden, type Model, shown, type TwinTables } from '../fuzz/writes/twins.js'
import { outcomeOf, type TwinWorld, tryTwins } from '../fuzz/writes/twinTrial.js'
import { openDatabases } from './databases.js'
import { type Client, clear, openWorkspace, tablesOf } from './workspace.js'

const pairs = (await openDatabases('authorized_twins', randomKinds)).map(async (one) => [
  one,
  ...(await openDatabases('authorized_twins_other', [one.provider])),
])

type World = Awaited<ReturnType<typeof openWorkspace>>
type Delegates = Readonly<Record<string, Record<string, (args: object) => Promise<unknown>>>>

const nameOf = (model: string) => (model.charAt(0).toUpperCase() + model.slice(1)) as Model

/** Conditions that could tell something of rows and columns. */
const guesses: Readonly<Record<string, readonly Args[]>> = {
  space: [{ slug: 'slug 1' }, { boards: { some: { title: { startsWith: 'o' } } } }, { members: { none: {} } }],
  member: [{ role: 'admin' }, { space: { slug: null } }, { user: { name: { startsWith: 'user' } } }],
  board: [{ title: { in: ['a', 'one'] } }, { position: { lt: 2 } }, { items: { some: { text: 'a' } } }],
  item: [
    { text: 'a' },
    { assigneeId: 2 },
    { board: { title: { in: ['a', 'one'] } } },
    { parts: { some: { text: 'a' } } },
    { note: { is: { body: 'no' } } },
    { NOT: { note: { is: { secret: 'a' } } } },
  ],
  note: [{ secret: 'a' }, { item: { text: 'a' } }, { item: null }],
  tag: [{ name: { startsWith: 'off' } }, { items: { some: { text: 'a' } } }, { items: { every: { boardId: 1 } } }],
}

function drawWrite(random: Random): RandomWrite {
  const write = withWheres(randomWrite(random), (model, where) =>
    guesses[model] && random.chance(0.25) ? { ...where, ...random.pick(guesses[model]) } : where,
  )
  const { model, operation, args } = write
  const isSingle = ['create', 'update', 'upsert', 'delete'].includes(operation)
  if (isSingle && random.chance(0.4)) {
    args['include'] = Object.fromEntries(
      random.sample(relationsOf(model), random.integer(1, 2)).map((one) => [one, true]),
    )
  }
  for (const name of ['data', 'create']) {
    const data = args[name] as Args | undefined
    if (operation === 'update' || Array.isArray(data) || !data) continue
    // Prisma takes a generated key beside columns alone.
    const isFlat = Object.values(data).every((value) => typeof value !== 'object')
    if (isFlat && random.chance(0.3)) data['id'] = random.integer(2, 4)
    if (model === 'space' && random.chance(0.4)) data['slug'] = random.pick(['slug 1', 'slug 2', 'slug 3'])
  }
  return write
}

class Undo extends Error {}
const constraints = ['P2002', 'P2003', 'P2011', 'P2014']

async function twinTablesOf(bare: unknown): Promise<TwinTables> {
  const tables = Object.entries(await tablesOf(bare as Client)) as [string, Args[]][]
  const keyed = tables.map(([model, rows]) => [
    nameOf(model),
    rows.map(({ tags, ...row }) => (tags ? { ...row, tags: (tags as Args[]).map(({ id }) => id) } : row)),
  ])
  return Object.fromEntries(keyed) as TwinTables
}

async function hiddenRows(client: unknown): Promise<string> {
  const tables = Object.entries(await twinTablesOf(client)) as [Model, Row[]][]
  const hidden = tables.map(([model, rows]) => rows.filter((row) => isHidden(model, row)))
  return JSON.stringify(hidden, (name, value: unknown) => (name === 'updatedAt' || name === 'tags' ? undefined : value))
}

/** Returns whether a constraint or a hidden row is in the way of a write without a policy, whose conditions see no hidden row. */
async function isInTheWay(bare: Client, write: RandomWrite): Promise<boolean> {
  return (await meets(bare, write, true)) || (await meets(bare, write, false))
}

/** @param guesses - Whether conditions keep what they guess: of a hidden column, that is no condition. */
async function meets(bare: Client, write: RandomWrite, guesses: boolean): Promise<boolean> {
  const { model, operation, args } = withWheres(write, (of, where) => {
    const { field, not } = shown[nameOf(of)]
    const { id } = where
    return { ...(guesses ? where : id !== undefined && { id }), AND: [{ [field]: { not } }] }
  })
  let isChanged = false
  try {
    await bare.$transaction(async (tx) => {
      const before = await hiddenRows(tx)
      await (tx as unknown as Delegates)[model]![operation]!(args)
      isChanged = (await hiddenRows(tx)) !== before
      throw new Undo()
    })
  } catch (error) {
    if (!(error instanceof Undo)) return constraints.includes(String((error as { code?: string }).code))
  }
  return isChanged
}

/** Returns whether data refer to a row by a key that no readable row has. */
async function refersToNoRow(bare: Client, write: RandomWrite): Promise<boolean> {
  const tables = await twinTablesOf(bare)
  return referencesIn(write).some(([model, key]) => {
    const name = nameOf(model)
    return !tables[name].some((row) => row['id'] === key && !isHidden(name, row))
  })
}

/** Lets generated keys begin anew: refused writes use some up, but not on SQLite. */
async function restartKeys(bare: Client, provider: string): Promise<void> {
  if (provider === 'sqlite') return
  for (const table of ['Space', 'Member', 'Board', 'Item', 'Note']) {
    const isPostgres = provider === 'postgresql'
    if (isPostgres) await bare.$queryRawUnsafe(`SELECT setval('"${table}_id_seq"', 99)`)
    else await bare.$executeRawUnsafe(`ALTER TABLE ${table} AUTO_INCREMENT = 100`)
  }
}

async function fill(bare: Client, tables: TwinTables): Promise<void> {
  for (const [model, rows] of Object.entries(tables))
    await (bare as unknown as Delegates)[model.toLowerCase()]!['createMany']!({ data: rows })
  await bare.item.update({ where: { id: 1 }, data: { tags: { connect: { id: 1 } } } })
  await bare.item.update({ where: { id: 5 }, data: { tags: { connect: [{ id: 1 }, { id: 2 }] } } })
}

describe.each(await Promise.all(pairs))('Rows and fields that may not be read on $name', (...databases) => {
  const sent: string[] = []
  const opened: World[] = []
  let worlds: readonly TwinWorld<RandomWrite>[]
  beforeAll(async () => {
    for (const one of databases) opened.push(await openWorkspace(one!))
    worlds = opened.map((world) => worldOf(world, databases[0]!.provider))
  }, 60_000)
  afterAll(async () => {
    for (const { bare } of opened) await bare.$disconnect()
    for (const one of databases) await one!.close()
  })

  function worldOf({ authorizer, bare, as }: World, provider: string): TwinWorld<RandomWrite> {
    // They name their database.
    const withoutNames = (query: string) => query.replace(/(["`])arcturus_\w+\1\./g, '')
    bare.$on('query' as never, ({ query }: { query: string }) => void sent.push(withoutNames(query)))
    return {
      load: (policy) => authorizer.loadSync(policy),
      fill: async (tables) => {
        await clear(bare)
        await fill(bare, tables)
      },
      restartKeys: () => restartKeys(bare, provider),
      seen: async ({ model, operation, args }) => {
        sent.length = 0
        const run = async () => await (as(1) as unknown as Delegates)[model]![operation]!(args)
        return { outcome: await outcomeOf(run), statements: [...sent] }
      },
      tables: () => twinTablesOf(bare),
      obstacle: async (write) => ({
        isInTheWay: await isInTheWay(bare, write),
        isDangling: await refersToNoRow(bare, write),
      }),
    }
  }

  it('tell two databases apart only by a constraint, which is a plain refusal', async () => {
    const size = trialSize({ sqlite: 40, postgresql: 100, mysql: 40 }[databases[0]!.provider as string]!)
    const [one, other] = worlds
    const { counts, wrong } = await tryTwins(
      [one!, other!],
      (random) => {
        const write = drawWrite(random)
        return { text: `${write.model}.${write.operation} ${JSON.stringify(write.args)}`, write }
      },
      size,
    )
    expect(wrong.slice(0, 3).join('\n\n')).toBe('')
    expect(counts['done']).toBeGreaterThan(size.cases / 10)
  }, 3_600_000)
})
