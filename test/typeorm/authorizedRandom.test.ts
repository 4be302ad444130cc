import type { EntityManager } from 'typeorm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Random } from '../fuzz/random.js'
import { randomEntityWrite } from '../fuzz/writes/entityWrites.js'
import { graphOf, type Row, type Tables } from '../fuzz/writes/graph.js'
import { holds, judge, unlinked } from '../fuzz/writes/oracle.js'
import { randomWritePolicy } from '../fuzz/writes/policies.js'
import { openDatabases } from './databases.js'
import { addRows, clear, insertRows, openWorkspace, tablesOf } from './workspace.js'

const [database] = await openDatabases('authorized_random', ['sqlite'], ['1'])
const seed = Number(process.env['ARCTURUS_WRITES_SEED'] ?? 1)
const cases = Number(process.env['ARCTURUS_WRITES_CASES'] ?? 300)

let world: Awaited<ReturnType<typeof openWorkspace>>
beforeAll(async () => {
  world = await openWorkspace(database!)
}, 60_000)
afterAll(() => database!.close())

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

/** The tables after the write without a policy, or TypeORM's error. */
async function byHand(run: (manager: EntityManager) => Promise<unknown>): Promise<{ after?: Tables; error?: string }> {
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

const text = (tables: Tables) => JSON.stringify(Object.entries(tables).map(([model, rows]) => [model, [...rows]]))

const expected = ['ForbiddenError', 'NotFoundError', 'UnsupportedOperationError', 'UnsupportedFilterError']

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
      await clear(world.source)
      await addRows(world.source)
      await insertRows(world.source, 'Member', [{ id: 4, userId: 3, spaceId: 1, role: 'member' }])
      await insertRows(world.source, 'Item', [{ id: 4, text: 'd', boardId: 1, parentId: 1 }])
      await world.source.manager.createQueryBuilder().relation('Item', 'tags').of(4).add(1)
    }
    const actor = random.pick([1, 2, 3])
    const write = randomEntityWrite(random)
    const before = await snapshot(world.source)
    if (!before['User']!.has(actor)) continue
    const graph = graphOf(world.authorizer, before)
    const user = graph('User', actor)!
    const { many } = write
    const isPermitted = (key: number): boolean =>
      holds(world.authorizer, user, many!.action, graph(many!.model, key)!) &&
      unlinked(before, many!.model, key, many!.data).every((row) =>
        holds(world.authorizer, user, 'read', graph(...row)!),
      )
    const permitted = many ? [...before[many.model]!.keys()].filter(isPermitted) : undefined
    const { after, error } = await byHand((manager) => write.run(manager, permitted))
    const [settled] = await Promise.allSettled([(async () => write.run(world.as(actor), undefined))()])
    const now = await snapshot(world.source)
    const found = settled.status === 'fulfilled' ? 'allowed' : `refused ${(settled.reason as Error).name}`
    const problem = (what: string, more = '') => {
      count(what)
      const why = settled.status === 'rejected' ? String((settled.reason as Error).message).slice(0, 300) : ''
      problems.push(
        `${what} (seed ${seed}, case ${at}, user ${actor}): ${write.text}\n${more} ${found} ${why}\n${policy}`,
      )
    }
    if (settled.status === 'rejected' && text(now) !== text(before)) problem('refused, but changed')
    if (settled.status === 'rejected' && !expected.includes((settled.reason as Error).name) && error === undefined)
      problem('another error')
    const did = judge(world.authorizer, actor, before, now)
    if (found === 'allowed' && !did.isAllowed) problem('allowed, but forbidden', did.reason)
    if (error !== undefined) {
      count(`TypeORM refuses, ${found}`)
      continue
    }
    const verdict = judge(world.authorizer, actor, before, after!)
    const isUnreadable = write.read?.some(([model, key]) => {
      const row = graph(model, key)
      return !row || !holds(world.authorizer, user, 'read', row)
    })
    if (found === 'refused NotFoundError' && isUnreadable) count('unreadable, refused')
    else if (found !== 'allowed' && verdict.isAllowed && verdict.isChanged)
      problem('refused, but allowed', text(after!))
    else if (found === 'allowed' && text(now) !== text(after!)) count('another change, which is allowed')
    else count(`${verdict.isAllowed ? 'allowed' : 'forbidden'}, ${found}`)
  }
  if (process.env['ARCTURUS_WRITES_SHOW']) {
    console.log(counts)
    console.log(problems.slice(0, Number(process.env['ARCTURUS_WRITES_SHOW'])).join('\n\n'))
  }
  const wrong = problems.filter((one) => !one.startsWith('refused, but allowed'))
  expect(wrong.slice(0, 3).join('\n\n')).toBe('')
  expect(problems.length).toBeLessThanOrEqual(cases * 0.03)
}, 120_000)
