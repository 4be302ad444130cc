import type { EntityManager } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomKinds } from '../databases.js'
import { randomEntityWrite } from '../fuzz/writes/entityWrites.js'
import type { Row, Tables } from '../fuzz/writes/graph.js'
import { type Outcome, trialSize, tryRandomWrites } from '../fuzz/writes/trial.js'
import { openDatabases, ownVersion } from './databases.js'
import { addRows, clear, insertRows, openWorkspace, tablesOf } from './workspace.js'

const databases = await openDatabases('authorized_random', randomKinds, ownVersion)

async function snapshot(of: { readonly manager: EntityManager }): Promise<Tables> {
  const tables = await tablesOf(of)
  return Object.fromEntries(
    Object.entries(tables).map(([model, rows]) => [
      model,
      new Map(rows.map((row) => [row['id'] as number, row as Row])),
    ]),
  )
}

class Undo extends Error {}

describe.each(databases)('Random writes of an authorized manager on $name', (database) => {
  let world: Awaited<ReturnType<typeof openWorkspace>>
  beforeAll(async () => {
    world = await openWorkspace(database)
  }, 60_000)
  afterAll(() => database.close())

  async function byHand(run: (manager: EntityManager) => Promise<unknown>): Promise<Outcome> {
    let after: Tables | undefined
    try {
      await world.source.transaction(async (manager) => {
        await run(manager)
        after = await snapshot({ manager })
        throw new Undo()
      })
    } catch (error) {
      if (!(error instanceof Undo)) return { error: String(error) }
    }
    return { after: after! }
  }

  it('change what the policy allows, and nothing else', async () => {
    const size = trialSize(database.kind === 'sqlite' ? 200 : 50)
    const { wrong, refused } = await tryRandomWrites(
      {
        authorizer: world.authorizer,
        comparesStates: true,
        snapshot: () => snapshot(world.source),
        reset: async () => {
          await clear(world.source)
          await addRows(world.source)
          await insertRows(world.source, 'Member', [{ id: 4, userId: 3, spaceId: 1, role: 'member' }])
          await insertRows(world.source, 'Item', [{ id: 4, text: 'd', boardId: 1, parentId: 1 }])
          await world.source.manager.createQueryBuilder().relation('Item', 'tags').of(4).add(1)
        },
        draw: (random) => {
          const { run, ...write } = randomEntityWrite(random)
          return {
            ...write,
            byHand: (permitted) => byHand((manager) => run(manager, write.many ? permitted : undefined)),
            run: (actor) => run(world.as(actor), undefined),
          }
        },
      },
      size,
    )
    expect(wrong.slice(0, 3).join('\n\n')).toBe('')
    expect(refused.length, refused[0]).toBeLessThanOrEqual(size.cases * 0.03)
  }, 1_800_000)
})
