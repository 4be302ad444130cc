import { readFileSync } from 'node:fs'
import type { EntityManager } from 'typeorm'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Judge } from '../../packages/writes/src/judge.js'
import { openDatabases } from '../prisma/databases.js'
import * as prisma from '../prisma/workspace.js'
import { openDatabases as openEntityDatabases } from '../typeorm/databases.js'
import * as typeorm from '../typeorm/workspace.js'

const spaces: Readonly<Record<string, string>> = {
  Space: 'row',
  Member: 'row.space',
  Board: 'row.space',
  Item: 'row.board.space',
  Note: 'row.item.board.space',
}

/** A policy of which no rule implies another, and no column alone decides one. */
const policy = `
  ${Object.entries(spaces)
    .flatMap(([model, space]) =>
      ['read', 'create', 'update', 'delete'].map(
        (action) =>
          `allow(user: User, "${action}", row: ${model}) if m in ${space}.members and m.userId = user.id and m.role != "no ${action}";`,
      ),
    )
    .join('\n')}
  ${['read', 'create', 'update', 'delete'].map((action) => `allow(user: User, "${action}", row: Tag) if user.id > 0 and not (i in row.items and i.text = "no ${action}")${action === 'update' ? ' and row.name != "official"' : ''};`).join('\n')}
  ${['read', 'delete'].map((action) => `allow(user: User, "${action}", row: User) if row.name != "no ${action}" and user.id > 0;`).join('\n')}
  ${['Item', 'Note'].map((model) => ['create', 'update'].map((action) => `allow_field(user: User, "${action}", _: ${model}, field) if field in ["text", "body", "board", "boardId", "assignee", "assigneeId", "parent", "parentId", "tags", "note", "item", "itemId"] and user.id > 0;`).join('\n')).join('\n')}
`
const states = 'allow_update(user: User, before: Note, after: Note) if before.body != after.body and user.id > 0;'

interface Operation {
  readonly name: string
  /** What the rows of a model are to the operation. */
  readonly rows: Readonly<Record<string, string>>
  /** More rules. */
  readonly rules?: string
  readonly prisma: (client: prisma.Client) => Promise<unknown>
  readonly typeorm?: (manager: EntityManager) => Promise<unknown>
}

const item = { text: 'new', boardId: 1 }

const operations: readonly Operation[] = [
  {
    name: '`create`, `insert`, `save` of a new row',
    rows: { Item: 'row', Board: 'end' },
    prisma: (client) => client.item.create({ data: item }),
    typeorm: (manager) => manager.save('Item', { ...item }),
  },
  {
    name: '`createMany`, `insert` of several',
    rows: { Item: 'row', Board: 'end' },
    prisma: (client) => client.item.createMany({ data: [item, item] }),
    typeorm: (manager) => manager.insert('Item', [{ ...item }, { ...item }]),
  },
  {
    name: '`update` of one row, `save` of a row with a key',
    rows: { Item: 'row' },
    prisma: (client) => client.item.update({ where: { id: 1 }, data: { text: 'new' } }),
    typeorm: (manager) => manager.save('Item', { id: 1, text: 'new' }),
  },
  {
    name: '`updateMany`, builders',
    rows: { Item: 'row' },
    prisma: (client) => client.item.updateMany({ data: { text: 'new' } }),
    typeorm: (manager) => manager.createQueryBuilder().update('Item').set({ text: 'new' }).where('id > 0').execute(),
  },
  {
    name: 'an update with rules of `allow_update`',
    rows: { Note: 'row' },
    rules: states,
    prisma: (client) => client.note.update({ where: { id: 1 }, data: { body: 'new' } }),
    typeorm: (manager) => manager.save('Note', { id: 1, body: 'new' }),
  },
  {
    name: 'an update of a reference',
    rows: { Item: 'row', Board: 'end' },
    prisma: (client) => client.item.update({ where: { id: 1 }, data: { boardId: 3 } }),
    typeorm: (manager) => manager.save('Item', { id: 1, boardId: 3 }),
  },
  {
    name: '`upsert` of a readable row',
    rows: { Tag: 'row' },
    prisma: (client) =>
      client.tag.upsert({ where: { id: 1 }, create: { id: 1, name: 'new' }, update: { name: 'new' } }),
    typeorm: (manager) => manager.upsert('Tag', { id: 1, name: 'new' }, ['id']),
  },
  {
    name: '`upsert` of another row',
    rows: { Tag: 'row' },
    prisma: (client) =>
      client.tag.upsert({ where: { id: 9 }, create: { id: 9, name: 'new' }, update: { name: 'new' } }),
    typeorm: (manager) => manager.upsert('Tag', { id: 9, name: 'new' }, ['id']),
  },
  {
    name: '`delete`, `remove`',
    rows: { Tag: 'row' },
    prisma: (client) => client.tag.delete({ where: { id: 1 } }),
    typeorm: (manager) => manager.delete('Tag', 1),
  },
  {
    name: '`deleteMany`, builders',
    rows: { Tag: 'row' },
    prisma: (client) => client.tag.deleteMany(),
    typeorm: (manager) => manager.createQueryBuilder().delete().from('Tag').where('id > 0').execute(),
  },
  {
    name: 'a delete on which the database deletes rows',
    rows: { Board: 'row', Item: 'other', Note: 'other' },
    prisma: (client) => client.board.deleteMany({ where: { id: 1 } }),
    typeorm: (manager) => manager.createQueryBuilder().delete().from('Board').where('id = 1').execute(),
  },
  {
    name: 'a delete that sets references to null',
    rows: { User: 'row', Item: 'other' },
    prisma: (client) => client.user.deleteMany({ where: { id: 4 } }),
    typeorm: (manager) => manager.createQueryBuilder().delete().from('User').where('id = 4').execute(),
  },
  {
    name: 'a nested `create`, `save` of a new row by its parent',
    rows: { Board: 'end', Item: 'row' },
    prisma: (client) => client.board.update({ where: { id: 1 }, data: { items: { create: { text: 'new' } } } }),
    typeorm: (manager) => manager.save('Item', { text: 'new', board: { id: 1 } }),
  },
  {
    name: 'a nested `update`',
    rows: { Board: 'parent', Item: 'row' },
    prisma: (client) =>
      client.board.update({
        where: { id: 1 },
        data: { items: { update: { where: { id: 1 }, data: { text: 'new' } } } },
      }),
  },
  {
    name: 'a nested `delete`',
    rows: { Item: 'parent', Note: 'row' },
    prisma: (client) => client.item.update({ where: { id: 1 }, data: { note: { delete: true } } }),
  },
  {
    name: '`connect` to one row, `set` of a relation builder',
    rows: { Item: 'row', User: 'end' },
    prisma: (client) => client.item.update({ where: { id: 1 }, data: { assignee: { connect: { id: 1 } } } }),
    typeorm: (manager) => manager.createQueryBuilder().relation('Item', 'assignee').of(1).set(1),
  },
  {
    name: '`connect` of rows that hold the reference, `add` of a relation builder',
    rows: { Board: 'end', Item: 'row' },
    prisma: (client) => client.board.update({ where: { id: 1 }, data: { items: { connect: { id: 3 } } } }),
    typeorm: (manager) => manager.createQueryBuilder().relation('Board', 'items').of(1).add(3),
  },
  {
    name: '`disconnect` of one row, `set(null)`',
    rows: { Item: 'row', User: 'end' },
    prisma: (client) => client.item.update({ where: { id: 1 }, data: { assignee: { disconnect: true } } }),
    typeorm: (manager) => manager.createQueryBuilder().relation('Item', 'assignee').of(1).set(null),
  },
  {
    name: 'a link by a table of its own (many-to-many)',
    rows: { Item: 'row', Tag: 'other' },
    prisma: (client) => client.item.update({ where: { id: 1 }, data: { tags: { connect: { id: 1 } } } }),
    typeorm: (manager) => manager.createQueryBuilder().relation('Item', 'tags').of(1).add(1),
  },
  {
    name: 'the same, with rules of `allow_link`',
    rows: { Item: 'row', Tag: 'other' },
    rules: 'allow_link(user: User, item: Item, "tags", tag: Tag) if item.text != "no" and tag.id > user.id;',
    prisma: (client) => client.item.update({ where: { id: 1 }, data: { tags: { connect: { id: 2 } } } }),
    typeorm: (manager) => manager.createQueryBuilder().relation('Item', 'tags').of(1).add(2),
  },
]

const named: Readonly<Record<string, string>> = {
  row: 'the row',
  parent: 'the parent',
  end: 'the row referred to',
  other: 'the other rows',
}

/** The actions in the order of cells. */
const order = ['create', 'update', 'delete', 'allow_update', 'read', 'allow_link'].map((one) => `\`${one}\``)

type State = 'before' | 'after' | 'fields'
type Asked = Readonly<Record<State, readonly string[]>>

let questions: { readonly state: State; readonly action: string; readonly model: string }[] = []
function ask(state: State, action: string, model: string): void {
  questions.push({ state, action, model })
}

beforeAll(() => {
  const { before, after, change, fields, allowsLink } = Judge.prototype
  vi.spyOn(Judge.prototype, 'before').mockImplementation(function (this: Judge<unknown>, kind, model, field) {
    if (field === undefined) ask('before', kind, model)
    return before.call(this, kind, model, field)
  })
  vi.spyOn(Judge.prototype, 'after').mockImplementation(function (this: Judge<unknown>, kind, model, written, field) {
    if (field === undefined) ask('after', kind, model)
    return after.call(this, kind, model, written, field)
  })
  vi.spyOn(Judge.prototype, 'change').mockImplementation(function (this: Judge<unknown>, model, row) {
    ask('after', 'allow_update', model)
    return change.call(this, model, row)
  })
  vi.spyOn(Judge.prototype, 'fields').mockImplementation(function (this: Judge<unknown>, kind, model, names, mayGrant) {
    if (names.length > 0) ask('fields', kind, model)
    return fields.call(this, kind, model, names, mayGrant)
  })
  vi.spyOn(Judge.prototype, 'allowsLink').mockImplementation(function (this: Judge<unknown>, relation, ...more) {
    ask('before', 'allow_link', relation.model)
    return allowsLink.call(this, relation, ...more)
  })
})
afterAll(() => {
  vi.restoreAllMocks()
})

/** Returns what an operation asks of the rows that it touches. */
async function asked({ name, rows }: Operation, run: () => Promise<unknown>): Promise<Asked> {
  questions = []
  await run()
  const of = (state: State): string[] => {
    const models = new Map<string, Set<string>>()
    for (const { state: its, action, model } of questions) {
      if (its !== state) continue
      if (!rows[model]) throw new Error(`${name}: ${state} ${action} of ${model}`)
      const actions = models.get(rows[model]) ?? new Set()
      models.set(rows[model], actions.add(`\`${action}\``))
    }
    const places = Object.keys(named).filter((place) => models.has(place))
    return places.map(
      (place) =>
        `${[...models.get(place)!].sort((a, b) => order.indexOf(a) - order.indexOf(b)).join(' and ')} of ${named[place]}`,
    )
  }
  return { before: of('before'), after: of('after'), fields: of('fields') }
}

test('the table of what is asked is up to date', async () => {
  const [database] = await openDatabases('docs_writing', ['sqlite'])
  const [entities] = await openEntityDatabases('docs_writing', ['sqlite'], ['1'])
  const client = await prisma.openWorkspace(database!, policy)
  const manager = await typeorm.openWorkspace(entities!, policy)
  const rows: string[][] = [['Operation', 'Before', 'After', 'Fields']]
  for (const one of operations) {
    for (const { authorizer } of [client, manager]) authorizer.loadSync(policy + (one.rules ?? ''))
    await prisma.clear(client.bare)
    await prisma.addRows(client.bare)
    await client.bare.user.create({ data: { id: 4, name: 'user 4' } })
    await client.bare.item.create({ data: { id: 4, text: 'd', boardId: 1, assigneeId: 4 } })
    const found = [await asked(one, () => one.prisma(client.as(1) as unknown as prisma.Client))]
    if (one.typeorm) {
      await typeorm.clear(manager.source)
      await typeorm.addRows(manager.source)
      await typeorm.insertRows(manager.source, 'User', [{ id: 4, name: 'user 4' }])
      await typeorm.insertRows(manager.source, 'Item', [{ id: 4, text: 'd', boardId: 1, assigneeId: 4 }])
      found.push(await asked(one, () => one.typeorm!(manager.as(1))))
    }
    const cell = (state: State): string => {
      const [first, other] = found.map((each) => each[state].join('; '))
      return other === undefined || first === other ? first! : `${first || 'nothing'} (TypeORM: ${other || 'nothing'})`
    }
    rows.push([one.name, cell('before'), cell('after'), cell('fields')])
  }
  await client.bare.$disconnect()
  for (const each of [database!, entities!]) await each.close()
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)))
  const [head, ...rest] = rows.map((row) => `| ${row.map((text, at) => text.padEnd(widths[at]!)).join(' | ')} |`)
  const table = [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rest].join('\n')
  const page = readFileSync(new URL('../../docs/reference/writing.md', import.meta.url), 'utf8')
  const [start, end] = [
    '<!-- Made by test/docs/writing.test.ts: `npx vitest run test/docs/writing -u`. -->\n\n',
    '\n\n<!-- End. -->',
  ]
  expect(page).toContain(start)
  const text = page.slice(0, page.indexOf(start) + start.length) + table + page.slice(page.indexOf(end))
  await expect(text).toMatchFileSnapshot('../../docs/reference/writing.md')
}, 120_000)
