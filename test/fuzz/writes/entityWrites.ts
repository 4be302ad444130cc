import type { EntityManager } from 'typeorm'
import type { Random } from '../random.js'
import type { Row } from './graph.js'

/** A random write by an entity manager. */
export interface EntityWrite {
  readonly text: string
  /** The write of all rows of a condition: it touches those that allow it. */
  readonly many?: { readonly model: string; readonly action: 'update' | 'delete'; readonly data: Row }
  /** The rows that have to be readable, or are missing: otherwise they are refused by name. */
  readonly read?: readonly (readonly [model: string, key: number])[]
  /** @param keys - The rows that a write of a condition touches. Default: those that the manager permits. */
  run(manager: EntityManager, keys: readonly number[] | undefined): Promise<unknown>
}

type Data = { [name: string]: unknown }

interface Shape {
  readonly columns: (random: Random) => Data
  readonly references: readonly (readonly [relation: string, column: string, model: string, nullable?: true])[]
  readonly children: readonly (readonly [relation: string, model: string, column: string])[]
}

const shapes: Readonly<Record<string, Shape>> = {
  Space: {
    columns: (random) => ({ name: random.pick(['space 1', 'space 2', 'other']) }),
    references: [],
    children: [
      ['members', 'Member', 'spaceId'],
      ['boards', 'Board', 'spaceId'],
    ],
  },
  Member: {
    columns: (random) => ({ role: random.pick(['admin', 'member']) }),
    references: [
      ['user', 'userId', 'User'],
      ['space', 'spaceId', 'Space'],
    ],
    children: [],
  },
  Board: {
    columns: (random) => ({ title: 't', locked: random.chance(0.3), position: random.integer(0, 3) }),
    references: [['space', 'spaceId', 'Space']],
    children: [['items', 'Item', 'boardId']],
  },
  Item: {
    columns: (random) => ({ text: random.pick(['a', 'b']), done: random.chance(0.3) }),
    references: [
      ['board', 'boardId', 'Board'],
      ['assignee', 'assigneeId', 'User', true],
      ['parent', 'parentId', 'Item', true],
    ],
    children: [],
  },
  Note: {
    columns: (random) => ({ body: random.pick(['yes', 'no']) }),
    references: [['item', 'itemId', 'Item', true]],
    children: [],
  },
}

const keys: Readonly<Record<string, readonly number[]>> = {
  User: [1, 2, 3, 9],
  Space: [1, 2, 9],
  Member: [1, 2, 3, 4, 9],
  Board: [1, 2, 3, 9],
  Item: [1, 2, 3, 4, 9],
  Note: [1, 2, 9],
  Tag: [1, 2, 9],
}

const keyOf = (random: Random, model: string): number => random.pick(keys[model]!)

function references(random: Random, model: string, isNew: boolean, without?: string): Data {
  const data: Data = {}
  for (const [relation, column, to, nullable] of shapes[model]!.references) {
    if (column === without || (isNew ? nullable && random.chance(0.6) : random.chance(0.6))) continue
    const key = !isNew && nullable && random.chance(0.3) ? null : keyOf(random, to)
    if (random.chance(0.5)) data[column] = key
    // A cascade saves the board of an item: a key alone changes nothing of it.
    else data[relation] = key === null ? null : { id: key }
  }
  return data
}

function newRow(random: Random, model: string, depth: number, without?: string): Data {
  const data = { ...shapes[model]!.columns(random), ...references(random, model, true, without) }
  if (depth > 0)
    for (const [relation, child, column] of shapes[model]!.children)
      if (random.chance(0.5)) data[relation] = [newRow(random, child, depth - 1, column)]
  if (model === 'Item' && random.chance(0.3)) data['tags'] = [{ id: random.pick([1, 2]) }]
  return data
}

function change(random: Random, model: string): Data {
  const all = Object.entries(shapes[model]!.columns(random)).filter(() => random.chance(0.5))
  return { ...Object.fromEntries(all), ...references(random, model, false) }
}

/** Data of columns alone. */
function columnsOf(random: Random, model: string): Data {
  const data = change(random, model)
  for (const [relation, column] of shapes[model]!.references) {
    const value = data[relation] as { readonly id: number } | null | undefined
    delete data[relation]
    if (value !== undefined) data[column] = value === null ? null : value.id
  }
  return data
}

export function randomEntityWrite(random: Random): EntityWrite {
  const model = random.pick(Object.keys(shapes))
  const id = keyOf(random, model)
  const kind = random.weighted({
    create: 4,
    save: 6,
    insert: 2,
    update: 3,
    updateMany: 2,
    delete: 3,
    deleteMany: 1,
    remove: 1,
    upsert: 1,
    link: 2,
    tags: 2,
  })
  const text = (...more: unknown[]) => `${kind} ${model} ${id} ${JSON.stringify(more)}`
  switch (kind) {
    case 'create': {
      const data = newRow(random, model, 2)
      return { text: text(data), run: (manager) => manager.save(model, structuredClone(data)) }
    }
    case 'save': {
      const data: Data = { id, ...change(random, model) }
      const [first] = shapes[model]!.children
      if (first && random.chance(0.2)) data[first[0]] = [{ id: keyOf(random, first[1]), ...change(random, first[1]) }]
      if (model === 'Item' && random.chance(0.3)) data['tags'] = random.chance(0.3) ? [] : [{ id: random.pick([1, 2]) }]
      if (model === 'Item' && random.chance(0.2)) data['note'] = { id: keyOf(random, 'Note'), body: 'no' }
      return {
        text: text(data),
        read: rowsIn(model, data),
        run: (manager) => manager.save(model, structuredClone(data)),
      }
    }
    case 'insert': {
      const rows = [0, 1].map(() => newRow(random, model, 0))
      for (const row of rows) delete row['tags']
      return { text: text(rows), run: (manager) => manager.insert(model, structuredClone(rows)) }
    }
    case 'update': {
      const data = columnsOf(random, model)
      return {
        text: text(data),
        run: async (manager) => (Object.keys(data).length > 0 ? manager.update(model, id, { ...data }) : undefined),
      }
    }
    case 'updateMany': {
      const data = columnsOf(random, model)
      return {
        text: text(data),
        many: { model, action: 'update', data },
        run: async (manager, only) => {
          if (Object.keys(data).length === 0) return
          const query = manager
            .createQueryBuilder()
            .update(model)
            .set({ ...data })
          await (only ? query.where('id IN (:...only)', { only: [0, ...only] }) : query.where('1 = 1')).execute()
        },
      }
    }
    case 'delete':
      return { text: text(), run: (manager) => manager.delete(model, id) }
    case 'deleteMany':
      return {
        text: text(),
        many: { model, action: 'delete', data: {} },
        run: async (manager, only) => {
          const query = manager.createQueryBuilder().delete().from(model)
          await (only ? query.where('id IN (:...only)', { only: [0, ...only] }) : query.where('1 = 1')).execute()
        },
      }
    case 'remove':
      return { text: text(), run: (manager) => manager.remove(model, { id }) }
    case 'upsert': {
      const row = { slug: random.pick(['slug 1', 'slug 2', 'new']), name: random.pick(['space 1', 'other']) }
      return { text: text(row), run: (manager) => manager.upsert('Space', { ...row }, ['slug']) }
    }
    case 'link': {
      const all = Object.entries(shapes).flatMap(([of, { references: own }]) => own.map((one) => [of, ...one] as const))
      const [of, relation, , to] = random.pick(all)
      const [own, other] = [keyOf(random, of), keyOf(random, to)]
      return {
        text: text(of, relation, own, other),
        read: [
          [of, own],
          [to, other],
        ],
        run: (manager) => manager.createQueryBuilder().relation(of, relation).of(own).set(other),
      }
    }
    default: {
      const [item, tag, isAdded] = [keyOf(random, 'Item'), random.pick([1, 2]), random.chance(0.6)]
      const turned = random.chance(0.3)
      return {
        text: text(item, tag, isAdded, turned),
        read: [
          ['Item', item],
          ['Tag', tag],
        ],
        run: async (manager) => {
          const relation = turned
            ? manager.createQueryBuilder().relation('Tag', 'items').of(tag)
            : manager.createQueryBuilder().relation('Item', 'tags').of(item)
          await (isAdded ? relation.add(turned ? item : tag) : relation.remove(turned ? item : tag))
        },
      }
    }
  }
}

/** Returns the rows whose keys are in data: a key means a row that exists. */
function rowsIn(model: string, data: Data): [string, number][] {
  const related: Readonly<Record<string, string>> = {
    note: 'Note',
    items: 'Item',
    boards: 'Board',
    members: 'Member',
    board: 'Board',
    space: 'Space',
  }
  const own: [string, number][] = typeof data['id'] === 'number' ? [[model, data['id']]] : []
  return Object.entries(related).reduce((found, [name, to]) => {
    for (const one of [data[name] ?? []].flat()) found.push(...rowsIn(to, one as Data))
    return found
  }, own)
}
