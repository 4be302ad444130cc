import type { EntityManager } from 'typeorm'
import type { Random } from '../random.js'
import { randomEntityWrite } from './entityWrites.js'
import type { Model } from './twins.js'

type Data = { readonly [name: string]: unknown }
type Keys = readonly (readonly [model: string, key: unknown])[]

/** An operation of an entity manager on one of two databases. */
export interface TwinEntityWrite {
  readonly text: string
  /** The rows that it names by their keys: a hidden one is like a missing one. */
  readonly named: Keys
  /** The rows that it creates with a key: a hidden one is in the way, even if TypeORM by itself leaves out the key. */
  readonly created?: Keys
  /** The rows to which its data refer. */
  readonly references: Keys
  /** @param only - Returns the keys of the readable rows of a condition, for a manager without a policy. */
  run(manager: EntityManager, only?: (model: Model, where: Data) => Promise<number[]>): Promise<unknown>
}

const keys: Readonly<Record<string, readonly number[]>> = {
  User: [1, 2, 3, 9],
  Space: [1, 2, 3, 9],
  Member: [1, 2, 3, 9],
  Board: [1, 2, 3, 4, 9],
  Item: [1, 2, 4, 5, 9],
  Note: [1, 2, 3, 9],
  Tag: [1, 2, 4, 9],
}

const relations: readonly (readonly [model: string, relation: string, to: string, many?: true])[] = [
  ['Space', 'members', 'Member', true],
  ['Space', 'boards', 'Board', true],
  ['Member', 'user', 'User'],
  ['Member', 'space', 'Space'],
  ['Board', 'space', 'Space'],
  ['Board', 'items', 'Item', true],
  ['Item', 'board', 'Board'],
  ['Item', 'assignee', 'User'],
  ['Item', 'parent', 'Item'],
  ['Item', 'parts', 'Item', true],
  ['Item', 'tags', 'Tag', true],
  ['Item', 'note', 'Note'],
  ['Note', 'item', 'Item'],
  ['Tag', 'items', 'Item', true],
]

/** Conditions that could tell something of rows and columns: those on own columns first. */
const guesses: Readonly<Record<string, { readonly own: readonly Data[]; readonly related: readonly Data[] }>> = {
  Space: { own: [{ slug: 'slug 1' }, { slug: 'slug 2' }], related: [{ boards: { title: 'a' } }] },
  Member: { own: [{ role: 'admin' }, { userId: 1 }], related: [{ space: { slug: 'slug 2' } }] },
  Board: { own: [{ title: 'a' }, { position: 1 }], related: [{ items: { text: 'a' } }, { space: { slug: 'slug 1' } }] },
  Item: {
    own: [{ text: 'a' }, { assigneeId: 2 }, { boardId: 1 }, { done: true }],
    related: [{ board: { title: 'a' } }, { parts: { text: 'a' } }, { note: { secret: 'a' } }, { note: { body: 'no' } }],
  },
  Note: { own: [{ secret: 'a' }, { body: 'no' }, { itemId: 1 }], related: [{ item: { text: 'a' } }] },
  Tag: { own: [{ name: 'official' }, { name: 'red' }], related: [{ items: { text: 'a' } }] },
}

const referring: Readonly<Record<string, string>> = {
  user: 'User',
  space: 'Space',
  board: 'Board',
  assignee: 'User',
  parent: 'Item',
  item: 'Item',
  tags: 'Tag',
  parts: 'Item',
}

function referencesIn(data: unknown): Keys {
  if (Array.isArray(data)) return data.flatMap(referencesIn)
  if (typeof data !== 'object' || data === null) return []
  return Object.entries(data).flatMap(([name, value]): Keys => {
    const to = referring[name.replace(/Id$/, '')]
    if (typeof value !== 'object') return to && name.endsWith('Id') ? [[to, value]] : []
    const ends = [value ?? []].flat().map((one) => (one as Data)['id'])
    return [
      ...(to ? ends.filter((key) => key !== undefined).map((key) => [to, key] as const) : []),
      ...referencesIn(value),
    ]
  })
}

/** Columns of a new row, with values that other rows have. */
function newColumns(random: Random, model: string): Data {
  const key = (of: string) => random.pick(keys[of]!)
  switch (model) {
    case 'Space':
      return { name: random.pick(['space 1', 'other']), slug: random.pick(['slug 1', 'slug 2', 'slug 3', null]) }
    case 'Member':
      return { role: random.pick(['admin', 'member']), userId: key('User'), spaceId: key('Space') }
    case 'Board':
      return { title: 'new', locked: random.chance(0.2), position: random.integer(0, 3), spaceId: key('Space') }
    case 'Item':
      return {
        text: random.pick(['a', 'new']),
        done: random.chance(0.2),
        boardId: key('Board'),
        ...(random.chance(0.4) && { parentId: key('Item') }),
        ...(random.chance(0.4) && { assigneeId: key('User') }),
      }
    case 'Note':
      return { body: random.pick(['x', 'y']), itemId: random.chance(0.7) ? key('Item') : null }
    default:
      return { id: random.integer(2, 6), name: random.pick(['red', 'official', 'green', 'new']) }
  }
}

const conflicts: Readonly<Record<string, readonly string[]>> = {
  Space: ['slug'],
  Member: ['userId', 'spaceId'],
  Note: ['itemId'],
  Tag: ['name'],
}

export function twinEntityWrite(random: Random): TwinEntityWrite {
  const model = random.pick(Object.keys(guesses)) as Model
  const id = random.pick(keys[model]!)
  const { own, related } = guesses[model]!
  const data = newColumns(random, model)
  const some = () => Object.fromEntries(Object.entries(data).filter(([name]) => name !== 'id' && random.chance(0.6)))
  const kind = random.weighted({
    other: 10,
    insert: 3,
    save: 3,
    upsert: 4,
    update: 3,
    delete: 2,
    increment: 1,
    relation: 4,
    parts: 2,
    find: 3,
    count: 2,
  })
  const of = (more: unknown, run: TwinEntityWrite['run'], named: Keys = [], written: unknown = more) => ({
    text: `${kind} ${model} ${JSON.stringify(more)}`,
    named,
    references: referencesIn(written),
    run,
  })
  switch (kind) {
    case 'insert': {
      const rows = [data, ...(random.chance(0.3) ? [newColumns(random, model)] : [])]
      const given = random.chance(0.3) ? rows.map((row) => ({ id: random.integer(2, 5), ...row })) : rows
      return of(given, (manager) => manager.insert(model, structuredClone(given)))
    }
    case 'save': {
      const { id: _, ...columns } = data
      const row = model === 'Tag' ? { ...columns, id } : columns
      const written = random.chance(0.5) && model !== 'Tag' ? row : { id, ...some() }
      return of(
        written,
        (manager) => manager.save(model, structuredClone(written)),
        // A tag has a key of the application: a missing one is created.
        'id' in written && model !== 'Tag' ? [[model, id]] : [],
      )
    }
    case 'upsert': {
      const by = conflicts[model] ?? ['id']
      const row = by[0] === 'id' ? { id, ...data } : data
      const run: TwinEntityWrite['run'] = (manager) => manager.upsert(model, structuredClone(row), [...by])
      return { ...of([row, by], run, [], row), created: 'id' in row ? [[model, row['id']]] : [] }
    }
    case 'update': {
      const where = random.pick<Data>([...own, { id }])
      const set = some()
      return of([where, set], async (manager, only) => {
        if (Object.keys(set).length === 0) return
        const ids = only && [0, ...(await only(model, where))]
        return await manager.update(model, (ids ?? where) as object, { ...set })
      })
    }
    case 'delete': {
      const where = random.pick<Data>([...own, { id }])
      return of(
        where,
        async (manager, only) => manager.delete(model, only ? [0, ...(await only(model, where))] : { ...where }),
        [],
        {},
      )
    }
    case 'increment': {
      const where = random.pick<Data>([...guesses['Board']!.own, { id }])
      return of(
        where,
        async (manager, only) => {
          const ids = only && [0, ...(await only('Board', where))]
          await manager
            .createQueryBuilder()
            .update('Board')
            .set({ position: () => 'position + 1' })
            .where(ids ? 'id IN (:...ids)' : where, { ids })
            .execute()
        },
        [],
        {},
      )
    }
    case 'relation': {
      const [owner, name, to, many] = random.pick(relations)
      const [one, other] = [random.pick(keys[owner]!), random.pick(keys[to]!)]
      const step = many ? random.pick(['add', 'remove'] as const) : 'set'
      const value = step === 'set' && random.chance(0.3) ? null : other
      return of(
        [owner, name, one, step, value],
        (manager) => {
          const builder = manager.createQueryBuilder().relation(owner, name).of(one)
          return builder[step](value)
        },
        [[owner, one], ...(value === null ? [] : [[to, other] as const])],
      )
    }
    case 'parts': {
      const [owner, name, to] = random.pick(relations)
      const ends = random
        .sample(keys[to]!, random.integer(0, 2))
        .map((key) => ({ id: key, ...(random.chance(0.3) && to === 'Board' && { title: 'new' }) }))
      const one = random.pick(keys[owner]!)
      const isMany = relations.find((each) => each[0] === owner && each[1] === name)![3]
      const row = { id: one, [name]: isMany ? ends : (ends[0] ?? null) }
      return of(
        [owner, row],
        (manager) => manager.save(owner, structuredClone(row)),
        [[owner, one], ...ends.map((end) => [to, end.id] as const)],
        row,
      )
    }
    case 'find':
    case 'count': {
      const where = random.pick([...own, ...related, {}])
      const order = random.chance(0.5) ? { id: 'ASC' as const } : { ...random.pick([{ id: 'DESC' as const }]) }
      const shown = random.chance(0.5)
        ? relations.filter((one) => one[0] === model && random.chance(0.5)).map((one) => one[1])
        : []
      const options = { where, order, relations: Object.fromEntries(shown.map((one) => [one, true])) }
      return of(
        kind === 'find' ? options : where,
        (manager) =>
          kind === 'find' ? manager.find(model, options as object) : manager.count(model, { where } as object),
        [],
        {},
      )
    }
    default: {
      const { run, text, many, read } = randomEntityWrite(random)
      const [verb, name, key] = text.split(' ')
      const written = JSON.parse(text.slice(text.indexOf('['))) as unknown
      const isKeyed = ['update', 'delete', 'remove'].includes(verb!)
      const named: Keys = [...(read ?? []), ...(isKeyed ? [[name!, Number(key)] as const] : [])]
      return {
        text,
        named:
          verb === 'tags' ? (written as number[]).map((one, at) => [at === 0 ? 'Item' : 'Tag', one] as const) : named,
        references: referencesIn(written),
        run: async (manager, only) => run(manager, many && only ? await only(many.model as Model, {}) : undefined),
      }
    }
  }
}
