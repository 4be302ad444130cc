import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomKinds } from '../databases.js'
import type { Row, Tables } from '../fuzz/writes/graph.js'
import { type RandomWrite, randomWrite, referencesIn, withoutIgnored, withWheres } from '../fuzz/writes/operations.js'
import { type Outcome, trialSize, tryRandomWrites } from '../fuzz/writes/trial.js'
import { openDatabases } from './databases.js'
import { addRows, type Client, clear, openWorkspace } from './workspace.js'

const databases = await openDatabases('authorized_random', randomKinds)

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

const nameOf = (model: string) => model.charAt(0).toUpperCase() + model.slice(1)

class Undo extends Error {}

describe.each(databases)('Random writes of an authorized client on $name', (database) => {
  let world: Awaited<ReturnType<typeof openWorkspace>>
  beforeAll(async () => {
    world = await openWorkspace(database)
  }, 60_000)
  afterAll(async () => {
    await world.bare.$disconnect()
    await database.close()
  })

  type Readable = (model: string) => readonly number[]

  async function byHand(given: RandomWrite, readable: Readable): Promise<Outcome> {
    const { model, operation, args } = withWheres(given, (of, where, step) =>
      ['upsert', 'connectOrCreate'].includes(step) ? { ...where, AND: [{ id: { in: readable(nameOf(of)) } }] } : where,
    )
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

  it('change what the policy allows, and nothing else', async () => {
    const size = trialSize({ sqlite: 100, postgresql: 25, mysql: 10 }[database.provider as string]!)
    const { wrong, refused } = await tryRandomWrites(
      {
        authorizer: world.authorizer,
        comparesStates: true,
        snapshot: () => snapshot(world.bare),
        reset: async () => {
          await clear(world.bare)
          await addRows(world.bare)
          await world.bare.member.create({ data: { id: 4, userId: 3, spaceId: 1, role: 'member' } })
          await world.bare.item.create({
            data: { id: 4, text: 'd', boardId: 1, parentId: 1, tags: { connect: [{ id: 1 }] } },
          })
        },
        draw: (random) => {
          const write = randomWrite(random)
          const { model, operation, args } = write
          const name = nameOf(model)
          const data = (args['data'] ?? {}) as Row
          const isMany = operation === 'updateMany' || operation === 'deleteMany'
          const among = (keys: readonly number[]) => ({ AND: [args['where'] ?? {}, { id: { in: keys } }] })
          return {
            text: `${model}.${operation} ${JSON.stringify(args)}`,
            many: isMany ? { model: name, action: operation === 'updateMany' ? 'update' : 'delete', data } : undefined,
            returned: (result) => {
              const key = (result as { id?: number } | null)?.id
              return key === undefined ? undefined : [name, key, operation === 'delete']
            },
            refersTo: referencesIn(write).map(([of, key]) => [nameOf(of), key as number]),
            byHand: (permitted, readable) =>
              byHand(isMany ? { ...write, args: { ...args, where: among(permitted) } } : write, readable),
            ...(!isMany && { withoutIgnored: (readable: Readable) => byHand(withoutIgnored(write), readable) }),
            run: async (actor) => {
              const delegate = Reflect.get(world.as(actor), model) as Record<string, (args: object) => Promise<unknown>>
              return await delegate[operation]!(args)
            },
          }
        },
      },
      size,
    )
    expect(wrong.slice(0, 3).join('\n\n')).toBe('')
    // The references of `updateMany` all count as new ones, and an update to the present value is one, too.
    expect(refused.length, refused[0]).toBeLessThanOrEqual(Math.max(2, size.cases * 0.005))
  }, 3_600_000)
})
