import { afterAll, beforeAll, expect, it } from 'vitest'
import { Random } from '../fuzz/random.js'
import { graphOf, type Row, type Tables } from '../fuzz/writes/graph.js'
import { randomWrite } from '../fuzz/writes/operations.js'
import { holds, isReadable, judge, unlinked } from '../fuzz/writes/oracle.js'
import { randomWritePolicy } from '../fuzz/writes/policies.js'
import { openDatabases } from './databases.js'
import { addRows, type Client, clear, openWorkspace } from './workspace.js'

const [database] = await openDatabases('authorized_random', ['sqlite'])
const seed = Number(process.env['ARCTURUS_WRITES_SEED'] ?? 1)
const cases = Number(process.env['ARCTURUS_WRITES_CASES'] ?? 150)

let world: Awaited<ReturnType<typeof openWorkspace>>
beforeAll(async () => {
  world = await openWorkspace(database!)
}, 60_000)
afterAll(async () => {
  await world.bare.$disconnect()
  await database!.close()
})

const models = ['User', 'Space', 'Member', 'Board', 'Item', 'Note', 'Tag'] as const

async function snapshot(client: Pick<Client, 'item'>): Promise<Tables> {
  const tables: Record<string, ReadonlyMap<number, Row>> = {}
  for (const model of models) {
    const delegate = Reflect.get(client, model.toLowerCase()) as {
      findMany(args: object): Promise<Record<string, unknown>[]>
    }
    const include = model === 'Item' ? { include: { tags: { orderBy: { id: 'asc' } } } } : {}
    const rows = await delegate.findMany({ orderBy: { id: 'asc' }, ...include })
    tables[model] = new Map(
      rows.map(({ updatedAt: _, tags, ...row }) => [
        row['id'] as number,
        tags ? { ...row, tags: (tags as { id: number }[]).map(({ id }) => id) } : row,
      ]),
    )
  }
  return tables
}

class Undo extends Error {}

/** The result of the write without a policy: the tables after it, or Prisma's error. */
async function byHand(
  model: string,
  operation: string,
  args: object,
): Promise<{ after?: Tables; error?: string; result?: unknown }> {
  let after: Tables | undefined
  let result: unknown
  try {
    await world.bare.$transaction(async (tx) => {
      const delegate = Reflect.get(tx, model) as Record<string, (args: object) => Promise<unknown>>
      result = await delegate[operation]!(args)
      after = await snapshot(tx)
      throw new Undo()
    })
  } catch (error) {
    if (!(error instanceof Undo)) return { error: String((error as { code?: string }).code ?? error) }
  }
  return { after: after!, result }
}

const text = (tables: Tables) => JSON.stringify(Object.entries(tables).map(([model, rows]) => [model, [...rows]]))

it('random writes change what the policy allows, and nothing else', async () => {
  const counts: Record<string, number> = {}
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1
  }
  const problems: string[] = []
  for (let at = 0; at < cases; at++) {
    const random = Random.ofCase(seed, at)
    const policy = randomWritePolicy(random)
    world.authorizer.loadSync(policy)
    if (at % 10 === 0) {
      await clear(world.bare)
      await addRows(world.bare)
      await world.bare.member.create({ data: { id: 4, userId: 3, spaceId: 1, role: 'member' } })
      await world.bare.item.create({
        data: { id: 4, text: 'd', boardId: 1, parentId: 1, tags: { connect: [{ id: 1 }] } },
      })
    }
    const actor = random.pick([1, 2, 3])
    const { model, operation, args } = randomWrite(random)
    const name = model.charAt(0).toUpperCase() + model.slice(1)
    const before = await snapshot(world.bare)
    if (!before['User']!.has(actor)) continue
    const many = operation === 'updateMany' || operation === 'deleteMany'
    const graph = graphOf(world.authorizer, before)
    const user = graph('User', actor)!
    const data = (args['data'] ?? {}) as Record<string, unknown>
    const isPermitted = (key: number): boolean =>
      holds(world.authorizer, user, operation === 'updateMany' ? 'update' : 'delete', graph(name, key)!) &&
      unlinked(before, name, key, data).every((row) => holds(world.authorizer, user, 'read', graph(...row)!))
    const permitted = many ? [...before[name]!.keys()].filter(isPermitted) : []
    const sent = many ? { ...args, where: { AND: [args['where'] ?? {}, { id: { in: permitted } }] } } : args
    const { after, error, result } = await byHand(model, operation, sent)
    const delegate = Reflect.get(world.as(actor), model) as Record<string, (args: object) => Promise<unknown>>
    const [settled] = await Promise.allSettled([delegate[operation]!(args)])
    const now = await snapshot(world.bare)
    const found = settled!.status === 'fulfilled' ? 'allowed' : `refused ${(settled!.reason as Error).name}`
    const problem = (what: string, more = '') => {
      count(what)
      const why = settled!.status === 'rejected' ? String((settled!.reason as Error).message).slice(0, 300) : ''
      problems.push(
        `${what} (seed ${seed}, case ${at}, user ${actor}): ${model}.${operation} ${JSON.stringify(args)}\n${more} ${found} ${why}\n${policy}`,
      )
    }
    if (settled!.status === 'rejected' && text(now) !== text(before)) problem('refused, but changed')
    if (
      settled!.status === 'rejected' &&
      ![
        'ForbiddenError',
        'NotFoundError',
        'UnsupportedOperationError',
        'ArgumentError',
        'UnsupportedFilterError',
      ].includes((settled!.reason as Error).name)
    )
      problem('another error')
    if (error !== undefined) {
      if (found === 'allowed' && text(now) !== text(before)) problem('allowed, but Prisma refuses', error)
      else count(`Prisma refuses, ${found}`)
      continue
    }
    const verdict = judge(world.authorizer, actor, before, after!)
    const key = (result as { id?: number } | null)?.id
    const isSeen =
      key === undefined ||
      isReadable(world.authorizer, actor, before, operation === 'delete' ? before : after!, name, key)
    const isAllowed = verdict.isAllowed && isSeen
    if (found === 'allowed' && !isAllowed && (verdict.isChanged || !isSeen))
      problem('allowed, but forbidden', verdict.reason)
    else if (found === 'allowed' && text(now) !== text(after!))
      problem('another change', `${text(now)}\n${text(after!)}`)
    else if (found !== 'allowed' && isAllowed && verdict.isChanged) problem('refused, but allowed')
    else count(`${isAllowed ? 'allowed' : 'forbidden'}, ${found}`)
  }
  if (process.env['ARCTURUS_WRITES_SHOW']) console.log(counts)
  const wrong = problems.filter((one) => !one.startsWith('refused, but allowed'))
  if (process.env['ARCTURUS_WRITES_SHOW'])
    console.log(problems.slice(0, Number(process.env['ARCTURUS_WRITES_SHOW'])).join('\n\n'))
  expect(wrong.slice(0, 3).join('\n\n')).toBe('')
  // Prisma ignores some steps that change nothing, such as to disconnect a row that is not connected.
  expect(problems.length).toBeLessThanOrEqual(cases * 0.03)
})
