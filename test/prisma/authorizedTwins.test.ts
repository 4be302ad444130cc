import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../fuzz/random.js'
import {
  type Args,
  type RandomWrite,
  randomWrite,
  referencesIn,
  relationsOf,
  withWheres,
} from '../fuzz/writes/operations.js'
import { trialSize } from '../fuzz/writes/trial.js'
import { difference, type Seen, shown, type TwinTables, twinPolicy, twinTables } from '../fuzz/writes/twins.js'
import { openDatabases } from './databases.js'
import { type Client, clear, openWorkspace, tablesOf } from './workspace.js'

const pairs = (await openDatabases('authorized_twins', ['sqlite'])).map(async (one) => [
  one,
  ...(await openDatabases('authorized_twins_other', [one.provider])),
])

type World = Awaited<ReturnType<typeof openWorkspace>>
type Delegates = Readonly<Record<string, Record<string, (args: object) => Promise<unknown>>>>

const nameOf = (model: string) => (model.charAt(0).toUpperCase() + model.slice(1)) as keyof typeof shown

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

const isHidden = (model: string, row: Args) => row[shown[nameOf(model)].field] === shown[nameOf(model)].not

class Undo extends Error {}
const constraints = ['P2002', 'P2003', 'P2011', 'P2014']

async function hiddenRows(client: unknown): Promise<string> {
  const tables = (await tablesOf(client as Client)) as Record<string, Args[]>
  const hidden = Object.entries(tables).map(([model, rows]) => rows.filter((row) => isHidden(model, row)))
  return JSON.stringify(hidden, (name, value: unknown) => (name === 'updatedAt' || name === 'tags' ? undefined : value))
}

/** Returns whether a constraint or a hidden row is in the way of a write without a policy, whose conditions see no hidden row. */
async function isInTheWay(bare: Client, write: RandomWrite): Promise<boolean> {
  const { model, operation, args } = withWheres(write, (of, where) => {
    const { field, not } = shown[nameOf(of)]
    return { AND: [{ [field]: { not } }], ...where }
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
  const tables = (await tablesOf(bare)) as Record<string, Args[]>
  return referencesIn(write).some(
    ([model, key]) => !tables[model]!.some((row) => row['id'] === key && !isHidden(model, row)),
  )
}

async function fill(bare: Client, tables: TwinTables): Promise<void> {
  await clear(bare)
  for (const [model, rows] of Object.entries(tables))
    await (bare as unknown as Delegates)[model.toLowerCase()]!['createMany']!({ data: rows })
  await bare.item.update({ where: { id: 1 }, data: { tags: { connect: { id: 1 } } } })
  await bare.item.update({ where: { id: 5 }, data: { tags: { connect: [{ id: 1 }, { id: 2 }] } } })
}

describe.each(await Promise.all(pairs))('Rows and fields that may not be read on $name', (...databases) => {
  const sent: string[] = []
  let worlds: World[]
  beforeAll(async () => {
    worlds = await Promise.all(databases.map((one) => openWorkspace(one!)))
    for (const { bare } of worlds) bare.$on('query' as never, ({ query }: { query: string }) => void sent.push(query))
  }, 60_000)
  afterAll(async () => {
    for (const { bare } of worlds) await bare.$disconnect()
    for (const one of databases) await one!.close()
  })

  async function seenOf(world: World, write: RandomWrite): Promise<Seen> {
    const { model, operation, args } = write
    sent.length = 0
    const run = async () => await (world.as(1) as unknown as Delegates)[model]![operation]!(args)
    const outcome = await run().then(
      (found) => JSON.stringify(found, (name, value: unknown) => (name === 'updatedAt' ? undefined : value)),
      (error: Error) => `${error.name} ${(error as { status?: number }).status} ${error.message}`,
    )
    return { outcome: outcome ?? 'nothing', statements: [...sent] }
  }

  it('tell two databases apart only by a constraint, which is a plain refusal', async () => {
    const { seed, cases } = trialSize(40)
    const wrong: string[] = []
    const counts: Record<string, number> = {}
    let policy: ReturnType<typeof twinPolicy> | undefined
    let tables: readonly [TwinTables, TwinTables]
    let earlier: RandomWrite[] = []
    const each = async <T>(of: (world: World, at: 0 | 1) => Promise<T>): Promise<[T, T]> => [
      await of(worlds[0]!, 0),
      await of(worlds[1]!, 1),
    ]
    for (let at = 0; at < cases; at++) {
      const random = Random.ofCase(seed, at)
      if (at % 10 === 0 || !policy) {
        policy = twinPolicy(random)
        tables = twinTables(random, policy.hidden)
        earlier = []
        await each(async ({ authorizer, bare }, which) => {
          authorizer.loadSync(policy!.text)
          await fill(bare, tables[which])
        })
      }
      const { text } = policy
      const write = drawWrite(random)
      const seen = await each((world) => seenOf(world, write))
      const kind = seen[0].outcome.replace(/ .*/, '').replace(/^[[{].*/, 'done')
      counts[kind] = (counts[kind] ?? 0) + 1
      const found = await difference(seen, () =>
        each(async (world, which) => {
          await fill(world.bare, tables[which])
          for (const one of earlier) await seenOf(world, one)
          const met = {
            isInTheWay: await isInTheWay(world.bare, write),
            isDangling: await refersToNoRow(world.bare, write),
          }
          await seenOf(world, write)
          return met
        }),
      )
      earlier.push(write)
      // If one of them was refused, the readable rows are no longer the same.
      if (seen[0].outcome !== seen[1].outcome) policy = undefined
      if (found === undefined) continue
      wrong.push(
        `seed ${seed}, case ${at}: ${write.model}.${write.operation} ${JSON.stringify(write.args)}\n${found}\n${text}`,
      )
      policy = undefined
    }
    if (process.env['ARCTURUS_WRITES_SHOW']) console.log(counts, wrong.length)
    expect(wrong.slice(0, 3).join('\n\n')).toBe('')
    expect(counts['done']).toBeGreaterThan(cases / 10)
  }, 3_600_000)
})
