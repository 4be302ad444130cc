import type { Random } from './random.js'
import type { FieldSpec, ManySpec, ModelSpec, PartSpec, ScalarKind, ScalarSpec } from './world.js'

/** What of databases a schema makes use of. */
export interface SchemaTraits {
  /** A key of two columns, which other tables refer to. */
  readonly composite: boolean
  /** A key that consists of references, and references of several columns that share columns and are partly null. */
  readonly shared: boolean
  /** Columns that hold a list. */
  readonly lists: boolean
  /** Whether such a column may hold nil. */
  readonly nilLists: boolean
  /** A model whose rows are in the table of the one that it extends. */
  readonly subclasses: boolean
  /** Columns that are read from an object of their own. */
  readonly parts: boolean
  /** Rows that are kept where they are deleted. */
  readonly deletes: boolean
  /** Links between models of which one has a key of two columns, which Prisma's do not hold. */
  readonly linksOfComposite: boolean
}

interface Outline {
  readonly name: string
  readonly scalars: Readonly<Record<string, ScalarKind>>
  readonly lists?: Readonly<Record<string, ScalarKind>>
  /** A relation to one row; the other model has the relation back under the second name. */
  readonly ones: Readonly<Record<string, readonly [model: string, back: string]>>
  /** Many to many, with the name of the relation back. */
  readonly links?: Readonly<Record<string, readonly [model: string, back: string]>>
}

const outlines: readonly Outline[] = [
  {
    name: 'User',
    scalars: { name: 'string', age: 'integer', admin: 'boolean', email: 'string', balance: 'decimal', uid: 'uuid' },
    lists: { tags: 'string' },
    ones: { org: ['Org', 'members'], manager: ['User', 'reports'] },
    links: { friends: ['User', 'friendOf'], starred: ['Repo', 'stargazers'] },
  },
  {
    name: 'Membership',
    scalars: { role: 'string', level: 'integer', state: 'enum' },
    ones: { repo: ['Repo', 'memberships'], org: ['Org', 'memberships'], user: ['User', 'memberships'] },
  },
  {
    name: 'Org',
    scalars: { name: 'string', level: 'integer', open: 'boolean', quota: 'bigint' },
    ones: { owner: ['User', 'ownedOrgs'], parent: ['Org', 'children'] },
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
    ones: {
      owner: ['User', 'ownedRepos'],
      creator: ['User', 'createdRepos'],
      org: ['Org', 'repos'],
      fork: ['Repo', 'forks'],
    },
    links: { collaborators: ['User', 'collaborations'], reviewers: ['User', 'reviews'] },
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
    ones: {
      repo: ['Repo', 'issues'],
      author: ['User', 'authored'],
      assignee: ['User', 'assigned'],
      parent: ['Issue', 'children'],
    },
    links: { watchers: ['User', 'watched'] },
  },
]

/** A reference of several columns, some of which belong to other references too. */
interface SharedOutline {
  readonly model: string
  readonly back: string
  readonly from: readonly string[]
}

/** The key of memberships where it consists of references, and what refers to it. */
const keyOfReferences = ['orgId', 'userId']
const sharing: Readonly<Record<string, Readonly<Record<string, SharedOutline>>>> = {
  // By the own key.
  User: { post: { model: 'Membership', back: 'holders', from: ['orgId', 'id'] } },
  // By a part of the own key.
  Membership: { sponsor: { model: 'Membership', back: 'sponsored', from: ['orgId', 'sponsorId'] } },
  // By two references.
  Repo: { steward: { model: 'Membership', back: 'stewarded', from: ['orgId', 'ownerId'] } },
  // By a reference and a column that another one has, too.
  Issue: {
    handler: { model: 'Membership', back: 'handled', from: ['teamId', 'assigneeId'] },
    checker: { model: 'Membership', back: 'checked', from: ['teamId', 'checkerId'] },
  },
}

/** A schema that a relational database can hold: each relation is a foreign key or a table of links, and known from both sides. */
export function relationalSchema(
  random: Random,
  { composite, shared, lists, nilLists, subclasses, parts, deletes, linksOfComposite }: SchemaTraits,
): readonly ModelSpec[] {
  const deleting = deletes ? random.sample(outlines, 2).map(({ name }) => name) : []
  const keys: Readonly<Record<string, readonly string[]>> = {
    ...(composite ? { Repo: ['id', 'region'] } : {}),
    ...(shared ? { Membership: keyOfReferences } : {}),
  }
  const fields = new Map<string, FieldSpec[]>(outlines.map(({ name }) => [name, []]))
  const required = new Set<string>()
  /** Whether a reference has to be nullable, so that another one that shares its column is. */
  const isOpen = (model: string, name: string): boolean =>
    shared && ((model === 'User' && name === 'org') || (model === 'Repo' && required.has('Membership Repo')))
  for (const outline of outlines) {
    const own = fields.get(outline.name)!
    const ownKey = keys[outline.name] ?? ['id']
    if (ownKey.includes('id')) own.push(scalar('id', 'integer', false))
    if (ownKey.includes('region')) own.push(scalar('region', 'string', false))
    for (const [name, type] of Object.entries(outline.scalars)) own.push(scalar(name, type, random.chance(0.4)))
    if (lists)
      for (const [name, type] of Object.entries(outline.lists ?? {}))
        own.push(scalar(name, type, nilLists && random.chance(0.5), true))
    for (const [name, [model, back]] of Object.entries(outline.ones)) {
      // A row that must have another of its own kind, or one that must have it, would never end.
      const isCircle = model === outline.name || required.has(`${model} ${outline.name}`)
      const isKey = ownKey.includes(`${name}Id`)
      const nullable = !isKey && (isCircle || isOpen(outline.name, name) || random.chance(0.5))
      if (!nullable) required.add(`${outline.name} ${model}`)
      const mayBeGone = deleting.includes(model)
      const key = keys[model] ?? ['id']
      const from = key.map((column) => `${name}${column[0]!.toUpperCase()}${column.slice(1)}`)
      own.push(...from.map((column, at) => scalar(column, at === 0 ? 'integer' : 'string', nullable)))
      own.push({ kind: 'one', name, model, nullable: nullable || mayBeGone, from })
      fields.get(model)!.push(many(back, outline.name, name))
    }
    if (shared)
      for (const [name, { model, back, from }] of Object.entries(sharing[outline.name] ?? {})) {
        for (const column of from)
          if (!own.some((one) => one.name === column))
            own.push(scalar(column, 'integer', model === outline.name || random.chance(0.7)))
        const isNullable = own.some((one) => one.kind === 'scalar' && from.includes(one.name) && one.nullable)
        own.push({ kind: 'one', name, model, nullable: isNullable || deleting.includes(model), from })
        fields.get(model)!.push(many(back, outline.name, name))
      }
    for (const [name, [model, back]] of Object.entries(outline.links ?? {})) {
      if (!linksOfComposite && (keys[outline.name] || keys[model])) continue
      own.push(many(name, model, back))
      fields.get(model)!.push(many(back, outline.name, name))
    }
  }
  for (const name of deleting) fields.get(name)!.push(scalar('deletedAt', 'date', true))
  if (parts) for (const name of ['User', 'Repo', 'Issue']) fields.get(name)!.push(place(random))
  const models = outlines.map(({ name }) => ({
    name,
    key: keys[name] ?? ['id'],
    fields: fields.get(name)!,
    ...(deleting.includes(name) ? { deletes: 'deletedAt' } : {}),
  }))
  return subclasses ? [...models, bug(random)] : models
}

/** The same wherever there is one, so that policies can compare them. */
function place(random: Random): PartSpec {
  const fields = [scalar('city', 'string', random.chance(0.4)), scalar('floor', 'integer', random.chance(0.4))]
  return { kind: 'part', name: 'place', fields }
}

function bug(random: Random): ModelSpec {
  const fields = [scalar('severity', 'integer', random.chance(0.4)), scalar('kind', 'string', random.chance(0.4))]
  return { name: 'Bug', parent: 'Issue', key: [], fields }
}

function scalar(name: string, type: ScalarKind, nullable: boolean, list = false): ScalarSpec {
  return { kind: 'scalar', name, type, nullable, list }
}

function many(name: string, model: string, inverse: string): ManySpec {
  return { kind: 'many', name, model, inverse }
}

/** The many-to-many relations of a schema, each once, by the side that was declared first. */
export function linksOf(models: readonly ModelSpec[]): readonly { readonly model: string; readonly field: ManySpec }[] {
  const links: { model: string; field: ManySpec }[] = []
  for (const { name: model, fields } of models) {
    for (const field of fields) {
      if (field.kind !== 'many' || !isLink(models, field)) continue
      if (!links.some((one) => one.field.model === model && one.field.inverse === field.name))
        links.push({ model, field })
    }
  }
  return links
}

export function isLink(models: readonly ModelSpec[], field: ManySpec): boolean {
  const other = models.find(({ name }) => name === field.model)?.fields.find(({ name }) => name === field.inverse)
  return other?.kind === 'many'
}
