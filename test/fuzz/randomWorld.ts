import { scalarOf } from './pools.js'
import type { Random } from './random.js'
import {
  descendantsOf,
  type FieldSpec,
  fieldsOf,
  keyOf,
  type ModelSpec,
  type Reference,
  type Row,
  type ScalarKind,
  type Value,
  type World,
} from './world.js'

/** What a model can have; a random schema takes a part of it, and draws what can be nil. */
interface Outline {
  readonly name: string
  readonly parent?: string
  readonly scalars: Readonly<Record<string, ScalarKind>>
  readonly lists?: Readonly<Record<string, ScalarKind>>
  readonly ones?: Readonly<Record<string, string>>
  readonly manys?: Readonly<Record<string, string>>
  readonly rows: readonly [number, number]
}

const outlines: readonly Outline[] = [
  {
    name: 'User',
    scalars: { name: 'string', age: 'integer', admin: 'boolean', email: 'string', balance: 'decimal', uid: 'uuid' },
    lists: { tags: 'string' },
    ones: { org: 'Org', manager: 'User' },
    manys: { friends: 'User', memberships: 'Membership', starred: 'Repo' },
    rows: [2, 4],
  },
  {
    name: 'Membership',
    scalars: { role: 'string', level: 'integer', state: 'enum' },
    ones: { repo: 'Repo', org: 'Org', user: 'User' },
    rows: [2, 5],
  },
  {
    name: 'Org',
    scalars: { name: 'string', level: 'integer', open: 'boolean', quota: 'bigint' },
    ones: { owner: 'User', parent: 'Org' },
    manys: { members: 'User', repos: 'Repo' },
    rows: [1, 3],
  },
  {
    name: 'Repo',
    scalars: {
      name: 'string',
      stars: 'integer',
      score: 'float',
      isPublic: 'boolean',
      archived: 'boolean',
      created: 'date',
      size: 'bigint',
      price: 'decimal',
      state: 'enum',
    },
    lists: { topics: 'string', sizes: 'integer' },
    ones: { owner: 'User', creator: 'User', org: 'Org', fork: 'Repo' },
    manys: { issues: 'Issue', collaborators: 'User', reviewers: 'User' },
    rows: [4, 8],
  },
  {
    name: 'Issue',
    scalars: {
      title: 'string',
      body: 'string',
      votes: 'integer',
      open: 'boolean',
      due: 'date',
      state: 'enum',
      uid: 'uuid',
    },
    lists: { labels: 'string' },
    ones: { repo: 'Repo', author: 'User', assignee: 'User', parent: 'Issue' },
    manys: { watchers: 'User', children: 'Issue' },
    rows: [3, 6],
  },
  {
    name: 'Bug',
    parent: 'Issue',
    scalars: { severity: 'integer', kind: 'string' },
    ones: { cause: 'Bug' },
    rows: [1, 3],
  },
  {
    name: 'Crash',
    parent: 'Bug',
    scalars: { signal: 'integer' },
    ones: { reporter: 'User' },
    rows: [1, 2],
  },
  // Its fields have the names of those of bugs, and other types.
  {
    name: 'Task',
    parent: 'Issue',
    scalars: { severity: 'string', kind: 'integer', signal: 'string' },
    ones: { cause: 'Issue', reporter: 'Admin' },
    rows: [1, 2],
  },
  {
    name: 'Admin',
    parent: 'User',
    scalars: { rank: 'integer' },
    ones: { deputy: 'User' },
    rows: [1, 2],
  },
]

/** A schema with the rows of all its models, and constants that are drawn from them. */
export function randomWorld(random: Random): World {
  const models = outlines.map((outline) => randomModel(random, outline))
  const rows = randomRows(random, { models })
  return { models, rows, constants: randomConstants(random) }
}

export function randomConstants(random: Random): Readonly<Record<string, Value>> {
  return {
    limit: scalarOf(random, 'integer'),
    word: scalarOf(random, 'string'),
    day: scalarOf(random, 'date'),
    huge: scalarOf(random, 'bigint'),
    ratio: scalarOf(random, 'decimal'),
    words: { list: [scalarOf(random, 'string'), scalarOf(random, 'string')] },
  }
}

function randomModel(random: Random, outline: Outline): ModelSpec {
  const fields: FieldSpec[] = []
  const scalar = (name: string, type: ScalarKind, nullable: boolean, list = false): void => {
    fields.push({ kind: 'scalar', name, type, nullable, list })
  }
  if (!outline.parent) scalar('id', 'integer', false)
  const composite = outline.name === 'Repo' && random.chance(0.2)
  if (composite) scalar('region', 'string', false)
  for (const [name, type] of Object.entries(outline.scalars)) scalar(name, type, random.chance(0.4))
  for (const [name, type] of Object.entries(outline.lists ?? {})) scalar(name, type, random.chance(0.3), true)
  for (const [name, model] of Object.entries(outline.ones ?? {})) {
    // A row that must have another of its own kind would never end.
    const nullable = model === outline.name || random.chance(0.5)
    const column = model !== 'Repo' && random.chance(0.4) ? `${name}Id` : undefined
    if (column) scalar(column, 'integer', nullable)
    fields.push({ kind: 'one', name, model, nullable, ...(column ? { from: [column] } : {}) })
  }
  for (const [name, model] of Object.entries(outline.manys ?? {})) fields.push({ kind: 'many', name, model })
  const keyless = outline.name === 'Membership' && random.chance(0.2)
  const key = outline.parent || keyless ? [] : composite ? ['id', 'region'] : ['id']
  return { name: outline.name, ...(outline.parent ? { parent: outline.parent } : {}), key, fields }
}

function randomRows(random: Random, schema: Pick<World, 'models'>): readonly Row[] {
  const models = outlines.flatMap(({ name, rows: [least, most] }) =>
    new Array<string>(random.integer(least, most)).fill(name),
  )
  const reference = (model: string): Reference => {
    const family = descendantsOf(schema, model)
    const row = random.pick(models.flatMap((one, index) => (family.includes(one) ? [index] : [])))
    return random.chance(0.25) ? { row, copy: true } : { row }
  }
  return models.map((model, index) => {
    const values: Record<string, Value> = {}
    for (const field of fieldsOf(schema, model)) {
      switch (field.kind) {
        case 'scalar': {
          if (field.name === 'id') values[field.name] = index + 1
          else if (field.nullable && random.chance(0.3)) values[field.name] = null
          else if (field.list)
            values[field.name] = {
              list: new Array(random.pick([0, 1, 1, 2, 3])).fill(null).map(() => scalarOf(random, field.type)),
            }
          else values[field.name] = scalarOf(random, field.type)
          break
        }
        case 'one': {
          const other = field.nullable && random.chance(0.3) ? null : reference(field.model)
          values[field.name] = other
          // Ids are given in the order of rows.
          if (field.from) values[field.from[0]!] = other && other.row + 1
          break
        }
        case 'part':
          throw new Error('a part is made for tables alone')
        case 'many': {
          const rows = new Array(random.pick([0, 0, 1, 1, 2, 2, 3])).fill(null).map(() => reference(field.model))
          values[field.name] = { rows: random.chance(0.1) && rows[0] ? [...rows, rows[0]] : rows }
        }
      }
    }
    for (const name of keyOf(schema, model)) values[name] ??= index
    return { model, values }
  })
}
