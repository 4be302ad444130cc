import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { prismaKinds } from '../databases.js'
import { openDatabases } from './databases.js'
import { addRows, clear, openWorkspace, tablesOf } from './workspace.js'

const databases = await openDatabases('authorized_witness', prismaKinds)

type World = Awaited<ReturnType<typeof openWorkspace>>
type Write = (client: ReturnType<World['as']>) => PromiseLike<unknown>

const anything = ['User', 'Space', 'Member', 'Board', 'Item', 'Note', 'Tag'].map(
  (model) => `allow(_: User, action, _: ${model}) if action in ["read", "update", "delete"];`,
)

/** A row that is created refers to a row that existed, item 3 or board 2, or to one that the same write creates. */
const note =
  (itemId: number): Write =>
  (c) =>
    c.note.create({ data: { body: 'mine', itemId } })
const notes: Write = (c) => c.note.createMany({ data: [{ body: 'mine', itemId: 3 }] })
const nested: Write = (c) => c.item.update({ where: { id: 3 }, data: { note: { create: { body: 'mine' } } } })
const together: Write = (c) => c.note.create({ data: { body: 'mine', item: { create: { text: 'n', boardId: 1 } } } })
const item =
  (boardId: number): Write =>
  (c) =>
    c.item.create({ data: { text: 'mine', boardId } })

const cases: readonly (readonly [condition: string, allowed: readonly Write[], refused: readonly Write[]])[] = [
  ['row.item.note.body = "mine"', [together], [note(3), notes, nested]],
  ['row.item.note != nil', [together], [note(3), notes, nested]],
  ['not (row.item.note.body = "mine")', [], [note(3), together]],
  ['row.item.note = nil', [], [note(3), together]],
  ['row.item.board.items.length > 0 and row.item.note.body.startsWith("m")', [together], [note(3)]],
  ['row.board.items.length > 1', [], [item(2)]],
  ['row.board.items.length < 2', [], [item(2)]],
  ['row.board.items.length <= 2', [item(2)], []],
  ['row.board.items.length >= 1', [item(2)], []],
  ['i in row.board.items and i.text = "mine"', [], [item(2)]],
]

describe.each(databases)('No row is its own witness on $name', (database) => {
  let world: World
  beforeAll(async () => {
    world = await openWorkspace(database)
  }, 60_000)
  afterAll(async () => {
    await world?.bare.$disconnect()
    await database.close()
  })
  beforeEach(async () => {
    await clear(world.bare)
    await addRows(world.bare)
  })

  it.each(cases)('decides %s', async (condition, allowed, refused) => {
    const model = condition.includes('row.item') ? 'Note' : 'Item'
    const other = model === 'Note' ? 'Item' : 'Note'
    world.authorizer.loadSync(
      [
        ...anything,
        `allow(_: User, "create", row: ${model}) if ${condition}; allow(_: User, "create", _: ${other});`,
      ].join('\n'),
    )
    const before = await tablesOf(world.bare)
    for (const run of refused) {
      await expect(run(world.as(2))).rejects.toMatchObject({ status: 403 })
      expect(await tablesOf(world.bare)).toEqual(before)
    }
    for (const run of allowed) await run(world.as(2))
  })
})
