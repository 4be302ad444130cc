import type { Random } from '../random.js'
import type { Row } from './graph.js'

export type Model = 'User' | 'Space' | 'Member' | 'Board' | 'Item' | 'Note' | 'Tag'
export type TwinTables = Readonly<Record<Model, readonly Row[]>>

/** What makes a row readable: rules read nothing else of a row before they have read this. */
export const shown: Readonly<Record<Model, { readonly field: string; readonly not: unknown; readonly rule: string }>> =
  {
    User: { field: 'name', not: 'ghost', rule: 'name != "ghost"' },
    Space: { field: 'name', not: 'space 2', rule: 'name != "space 2"' },
    Member: { field: 'role', not: 'ghost', rule: 'role != "ghost"' },
    Board: { field: 'locked', not: true, rule: 'locked = false' },
    Item: { field: 'done', not: true, rule: 'done = false' },
    Note: { field: 'body', not: 'no', rule: 'body != "no"' },
    Tag: { field: 'name', not: 'official', rule: 'name != "official"' },
  }

/** Conditions of rules for writes, which read other rows only if these can be read. */
const conditions: Readonly<Record<Model, readonly string[]>> = {
  User: ['row.id != 2', 'not (m in row.members and m.role = "admin")'],
  Space: ['m in row.members and m.userId = user.id and m.role = "admin"', 'b in row.boards and b.locked = false'],
  Member: ['row.role != "admin"', 'row.userId = user.id', 'row.space.name != "space 2" and row.space.slug != nil'],
  Board: [
    'row.position < 2',
    'row.space.name != "space 2" and row.space.slug = "slug 1"',
    'not (i in row.items and i.done = false and i.text = "new")',
  ],
  Item: [
    'row.board.locked = false and row.board.position < 2',
    'row.text != "new"',
    'not (p in row.parts and p.done = false and p.text = "b")',
    'row.assigneeId = nil or row.assigneeId = user.id',
  ],
  Note: ['row.item != nil and row.item.done = false', 'row.body != "x"'],
  Tag: ['row.id > 1', 'not (i in row.items and i.done = false and i.text = "b")'],
}

const fields: Readonly<Partial<Record<Model, readonly string[]>>> = {
  Space: ['id', 'name', 'slug', 'members', 'boards'],
  Item: ['id', 'text', 'done', 'price', 'updatedAt', 'board', 'boardId', 'parent', 'parentId', 'parts', 'tags', 'note'],
  Note: ['id', 'body', 'item', 'itemId'],
}

const models = Object.keys(shown) as Model[]

export interface TwinPolicy {
  readonly text: string
  /** The columns that the user may not read. */
  readonly hidden: readonly string[]
}

/** A policy for a user who reads the rows of `shown`. */
export function twinPolicy(random: Random): TwinPolicy {
  const hidden = [...(random.chance(0.5) ? ['secret'] : []), ...(random.chance(0.3) ? ['assigneeId'] : [])]
  const rules = models.flatMap((model) => {
    const own = conditions[model].filter((one) => !hidden.some((name) => one.includes(name)))
    const seen = `row.${shown[model].rule}`
    // The last row stays: SQLite gives the key of a deleted one to the next.
    const rule = (action: string, more: string) =>
      `allow(user: User, "${action}", row: ${model}) if ${seen} and user.id > 0${more}${action === 'delete' ? ' and row.id != 8' : ''};`
    const writes = ['create', 'update', 'delete'].flatMap((action) =>
      random.chance(0.12) ? [] : [rule(action, random.chance(0.65) ? '' : ` and (${random.pick(own)})`)],
    )
    return [rule('read', ''), ...writes]
  })
  const names = Object.keys(fields) as (keyof typeof fields)[]
  for (const model of names) {
    const every = fields[model]!
    const isHidden = { Note: hidden.includes('secret'), Item: hidden.includes('assigneeId') }[model as 'Note' | 'Item']
    if (isHidden) rules.push(`allow_field(_: User, "read", _: ${model}, f) if f in ${JSON.stringify(every)};`)
    if (random.chance(0.2)) {
      const some = every.filter(() => random.chance(0.8))
      rules.push(`allow_field(_: User, "update", _: ${model}, f) if f in ${JSON.stringify(some)};`)
    }
  }
  if (random.chance(0.3)) rules.push('allow_link(_: User, i: Item, "tags", t: Tag) if i.done = false and t.id > 0;')
  if (random.chance(0.2))
    rules.push('allow_link(_: User, i: Item, "assignee", u: User) if i.done = false and u.id > 0;')
  return { text: rules.join('\n'), hidden }
}

/** Returns the rows of two databases, which differ only in what the user of a policy may not read. */
export function twinTables(random: Random, hidden: readonly string[]): readonly [TwinTables, TwinTables] {
  const make = (): TwinTables => {
    const maybe = <T>(row: T): T[] => (random.chance(0.5) ? [row] : [])
    const text = () => random.pick(['a', 'b', 'new', 'other'])
    const secret = (usual: string) => (hidden.includes('secret') ? text() : usual)
    const assignee = (usual: number | null) => (hidden.includes('assigneeId') ? random.pick([null, 1, 2]) : usual)
    const item = { done: false, parentId: null }
    return {
      User: [{ id: 1, name: 'user 1' }, { id: 2, name: 'user 2' }, ...maybe({ id: 3, name: 'ghost' })],
      Space: [
        { id: 1, name: 'space 1', slug: 'slug 1' },
        ...maybe({ id: 2, name: 'space 2', slug: random.pick(['slug 2', 'slug 3', null]) }),
        { id: 3, name: 'space 3', slug: null },
        { id: 8, name: 'space 8', slug: null },
      ],
      Member: [
        { id: 1, userId: 1, spaceId: 1, role: 'admin' },
        { id: 2, userId: 2, spaceId: 1, role: 'member' },
        ...maybe({ id: 3, userId: random.pick([1, 2]), spaceId: 3, role: 'ghost' }),
        { id: 8, userId: 1, spaceId: 8, role: 'member' },
      ],
      Board: [
        { id: 1, title: 'one', spaceId: 1, locked: false, position: 0 },
        { id: 2, title: 'two', spaceId: 3, locked: false, position: 3 },
        // A readable item refers to it.
        { id: 3, title: text(), spaceId: random.pick([1, 3, 8]), locked: true, position: random.integer(0, 3) },
        ...maybe({ id: 4, title: text(), spaceId: random.pick([1, 3]), locked: true, position: 1 }),
        { id: 8, title: 'eight', spaceId: 8, locked: false, position: 0 },
      ],
      Item: [
        { ...item, id: 1, text: 'a', boardId: 1, assigneeId: assignee(2) },
        { ...item, id: 2, text: 'b', boardId: 3, assigneeId: assignee(null), parentId: 1 },
        ...maybe({
          id: 4,
          text: text(),
          done: true,
          boardId: random.pick([1, 2]),
          assigneeId: random.pick([1, 2]),
          parentId: random.pick([1, 2, null]),
        }),
        {
          id: 5,
          text: text(),
          done: true,
          boardId: random.pick([1, 3]),
          assigneeId: random.pick([null, 2]),
          parentId: null,
        },
        { ...item, id: 8, text: 'h', boardId: 2, assigneeId: assignee(1) },
      ],
      Note: [
        { id: 1, body: 'note', secret: secret(''), itemId: 1 },
        { id: 2, body: 'x', secret: secret(''), itemId: 5 },
        ...maybe({ id: 3, body: 'no', secret: text(), itemId: random.pick([2, 4, null]) as number | null }),
        { id: 8, body: 'eight', secret: secret('s'), itemId: null },
      ].filter(({ itemId }) => itemId !== 4),
      Tag: [{ id: 1, name: 'red' }, { id: 2, name: 'blue' }, ...maybe({ id: 4, name: 'official' })],
    }
  }
  return [make(), make()]
}

/** Whether the user of a policy may not read a row. */
export const isHidden = (model: Model, row: Row): boolean => row[shown[model].field] === shown[model].not

/** Returns what the user of a policy may read of tables, as a text. */
export function readable(tables: TwinTables, hidden: readonly string[]): string {
  const tags = new Set(tables.Tag.filter((row) => !isHidden('Tag', row)).map(({ id }) => id))
  const seen = models.map((model) => tables[model].filter((row) => !isHidden(model, row)))
  return JSON.stringify(seen, (name, value: unknown) => {
    if (name === 'updatedAt' || hidden.includes(name)) return undefined
    return name === 'tags' ? (value as unknown[]).filter((tag) => tags.has(tag)) : value
  })
}

/** What a person sees of an operation. */
export interface Seen {
  /** What it returned, or its error. */
  readonly outcome: string
  readonly statements: readonly string[]
}

/** What an operation meets in a database. */
export interface Obstacle {
  /** Whether a constraint or a change of hidden rows belongs to the operation, even if its conditions see no hidden row. */
  readonly isInTheWay: boolean
  /** Whether it refers to a row that is hidden or missing: a constraint refuses the missing one before rules do. */
  readonly isDangling: boolean
}

/** The refusal of a write that nothing tells more of. */
export const plainRefusal = 'ForbiddenError 403 You may not do this.'

/**
 * Returns what tells two databases apart; undefined if nothing does.
 * @param obstacles - Finds out what the operation meets in each of them.
 */
export async function difference(
  seen: readonly [Seen, Seen],
  obstacles: () => Promise<readonly [Obstacle, Obstacle]>,
): Promise<string | undefined> {
  const [one, other] = seen.map(({ outcome, statements }) => ({ outcome, text: statements.join('\n') })) as [
    { outcome: string; text: string },
    { outcome: string; text: string },
  ]
  if (one.outcome === other.outcome && one.text === other.text) return undefined
  const met = await obstacles()
  if (one.outcome !== other.outcome) {
    const isRefused = seen.some(({ outcome }, at) => met[at]!.isInTheWay && outcome === plainRefusal)
    return isRefused ? undefined : `${one.outcome}\n---\n${other.outcome}`
  }
  const isMet = met.some(({ isInTheWay, isDangling }) => isInTheWay || isDangling)
  return isMet ? undefined : `${one.outcome}, by other statements\n${one.text}\n---\n${other.text}`
}
