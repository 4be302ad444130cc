import type { Random } from '../random.js'

/** A random write: a model's operation with its arguments. */
export interface RandomWrite {
  readonly model: string
  readonly operation: string
  readonly args: Args
}

export type Args = { [name: string]: unknown }

interface RelationShape {
  readonly name: string
  readonly model: string
  readonly kind: 'one' | 'many' | 'joined' | 'oneBack'
  /** The column of the reference, if the own row has it. */
  readonly column?: string
  readonly nullable?: boolean
}

interface ModelShape {
  readonly columns: (random: Random) => Args
  readonly relations: readonly RelationShape[]
}

const shapes: Readonly<Record<string, ModelShape>> = {
  space: {
    columns: (random) => ({ name: random.pick(['space 1', 'space 2', fresh(random), fresh(random)]) }),
    relations: [
      { name: 'members', model: 'member', kind: 'many' },
      { name: 'boards', model: 'board', kind: 'many' },
    ],
  },
  member: {
    columns: (random) => ({ role: random.pick(['admin', 'member']) }),
    relations: [
      { name: 'user', model: 'user', kind: 'one', column: 'userId' },
      { name: 'space', model: 'space', kind: 'one', column: 'spaceId' },
    ],
  },
  board: {
    columns: (random) => ({ title: fresh(random), locked: random.chance(0.3), position: random.integer(0, 3) }),
    relations: [
      { name: 'space', model: 'space', kind: 'one', column: 'spaceId' },
      { name: 'items', model: 'item', kind: 'many' },
    ],
  },
  item: {
    columns: (random) => ({ text: fresh(random), done: random.chance(0.3) }),
    relations: [
      { name: 'board', model: 'board', kind: 'one', column: 'boardId' },
      { name: 'assignee', model: 'user', kind: 'one', column: 'assigneeId', nullable: true },
      { name: 'parent', model: 'item', kind: 'one', column: 'parentId', nullable: true },
      { name: 'parts', model: 'item', kind: 'many', nullable: true },
      { name: 'tags', model: 'tag', kind: 'joined' },
      { name: 'note', model: 'note', kind: 'oneBack', nullable: true },
    ],
  },
  note: {
    columns: (random) => ({ body: random.pick(['no', fresh(random)]) }),
    relations: [{ name: 'item', model: 'item', kind: 'one', column: 'itemId', nullable: true }],
  },
  tag: {
    columns: (random) => ({
      id: random.integer(3, 5),
      name: random.pick(['red', 'official', fresh(random), fresh(random)]),
    }),
    relations: [{ name: 'items', model: 'item', kind: 'joined' }],
  },
}

type EditWhere = (model: string, where: Args, step: string) => Args

/** Returns the arguments of a write in which every condition, of the write itself and of nested steps, is another. */
export function withWheres({ model, operation, args }: RandomWrite, edit: EditWhere): RandomWrite {
  return { model, operation, args: editStep(model, args, edit, operation) }
}

/** Returns a write without the steps that Prisma ignores if they name no row of the relation. */
export function withoutIgnored({ model, operation, args }: RandomWrite): RandomWrite {
  const text = JSON.stringify(args, function (this: Args, name, value: Args) {
    if (name === 'disconnect' || name === 'set') return undefined
    const isNothing = name === 'update' && !('create' in this) && Object.keys(value).length === 0
    return isNothing ? undefined : value
  })
  return { model, operation, args: JSON.parse(text) as Args }
}

/** Returns the relations of a model that random writes have. */
export function relationsOf(model: string): readonly string[] {
  return shapes[model]!.relations.map(({ name }) => name)
}

/** Returns the keys of the rows to which data refer by a column, or by a `connect` that sets it. */
export function referencesIn({ model, args }: RandomWrite): readonly (readonly [model: string, key: unknown])[] {
  const inData = (of: string, data: unknown): readonly (readonly [string, unknown])[] => {
    if (Array.isArray(data)) return data.flatMap((one) => inData(of, one))
    if (typeof data !== 'object' || data === null) return []
    return (shapes[of]?.relations ?? []).flatMap((relation) => {
      const { [relation.name]: steps, [relation.column ?? '']: key } = data as Args
      const found = Object.entries((steps as Args | undefined) ?? {}).flatMap(([step, given]) =>
        [given].flat().flatMap((one) => {
          const { data: inner = one, create, update, id } = (typeof one === 'object' ? one : {}) as Args
          if (step === 'connect') return relation.kind === 'one' ? [[relation.model, id] as const] : []
          return [inner, create, update].flatMap((each) => inData(relation.model, each))
        }),
      )
      return [...found, ...((key ?? null) === null ? [] : [[relation.model, key] as const])]
    })
  }
  return ['data', 'create', 'update'].flatMap((name) => inData(model, args[name]))
}

function editData(model: string, data: unknown, edit: EditWhere): unknown {
  if (Array.isArray(data)) return data.map((one) => editData(model, one, edit))
  const edited = { ...(data as Args) }
  for (const relation of shapes[model]?.relations ?? []) {
    const steps = edited[relation.name] as Args | null | undefined
    if (!steps) continue
    edited[relation.name] = Object.fromEntries(
      Object.entries(steps).map(([step, given]) => {
        const of = (one: unknown): unknown => {
          if (typeof one !== 'object') return one
          if (step === 'create' || (step === 'update' && !('where' in one!))) return editData(relation.model, one, edit)
          const isWhere = ['connect', 'disconnect', 'set', 'delete', 'deleteMany'].includes(step)
          if (isWhere) return edit(relation.model, one as Args, step)
          // The row at the other end is a condition, too.
          return editStep(relation.model, step === 'upsert' ? { where: {}, ...one } : (one as Args), edit, step)
        }
        return [step, Array.isArray(given) ? given.map(of) : of(given)]
      }),
    )
  }
  return edited
}

function editStep(model: string, args: Args, edit: EditWhere, step: string): Args {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => {
      if (name === 'where') return [name, edit(model, value as Args, step)]
      return [name, ['data', 'create', 'update'].includes(name) ? editData(model, value, edit) : value]
    }),
  )
}

/** The keys that exist, and some that do not. */
const keys: Readonly<Record<string, readonly number[]>> = {
  user: [1, 2, 3, 9],
  space: [1, 2, 3, 9],
  member: [1, 2, 3, 4, 9],
  board: [1, 2, 3, 4, 9],
  item: [1, 2, 3, 4, 5, 9],
  note: [1, 2, 3, 9],
  tag: [1, 2, 9],
}

export function randomWrite(random: Random): RandomWrite {
  const model = random.pick(Object.keys(shapes))
  const operation = random.weighted({
    create: 4,
    update: 6,
    upsert: 2,
    delete: 2,
    createMany: 1,
    updateMany: 2,
    deleteMany: 1,
  })
  const where = { id: keyOf(random, model) }
  const some = () => random.pick<Args>([{}, { id: { gt: 1 } }, { id: { in: [1, 2, 3] } }, where])
  switch (operation) {
    case 'create':
      return { model, operation, args: { data: createData(random, model, 3) } }
    case 'update':
      return { model, operation, args: { where, data: updateData(random, model, 3) } }
    case 'upsert':
      return {
        model,
        operation,
        args: { where, create: createData(random, model, 1), update: updateData(random, model, 1) },
      }
    case 'delete':
      return { model, operation, args: { where } }
    case 'createMany':
      return { model, operation, args: { data: [0, 1].map(() => createData(random, model, 0, 'scalar')) } }
    case 'updateMany':
      return { model, operation, args: { where: some(), data: updateData(random, model, 0, 'scalar') } }
    default:
      return { model, operation, args: { where: some() } }
  }
}

/** Returns a text that no row has. */
function fresh(random: Random): string {
  return `new ${random.integer(0, 1_000_000)}`
}

function keyOf(random: Random, model: string): number {
  return random.pick(keys[model]!)
}

type Style = 'scalar' | 'relation'

/** @param without - The relation that the outer row fills in. */
function createData(random: Random, model: string, depth: number, given?: Style, without?: string): Args {
  const { columns, relations } = shapes[model]!
  const style = given ?? random.pick<Style>(['scalar', 'relation'])
  const data = columns(random)
  for (const relation of relations) {
    if (relation.name === without) continue
    if (relation.kind === 'one') {
      if (relation.nullable && random.chance(0.6)) continue
      if (style === 'scalar') data[relation.column!] = keyOf(random, relation.model)
      else data[relation.name] = linkToOne(random, relation, depth, false, model)
    } else if (depth > 0 && random.chance(0.35)) data[relation.name] = linkToNew(random, relation, depth, model)
  }
  return data
}

function updateData(random: Random, model: string, depth: number, given?: Style, without?: string): Args {
  const { columns, relations } = shapes[model]!
  const style = given ?? random.pick<Style>(['scalar', 'relation'])
  const { id: _, ...all } = columns(random)
  const data: Args = Object.fromEntries(Object.entries(all).filter(() => random.chance(0.5)))
  // An update that sets the present values needs permission, but the tables do not tell of it.
  for (const name of ['title', 'text']) if (name in all && Object.keys(data).length > 0) data[name] = all[name]
  for (const relation of relations) {
    if (relation.name === without || random.chance(0.6)) continue
    if (relation.kind === 'one') {
      if (style === 'scalar')
        data[relation.column!] = relation.nullable && random.chance(0.3) ? null : keyOf(random, relation.model)
      else data[relation.name] = linkToOne(random, relation, depth, true, model)
    } else if (depth > 0) data[relation.name] = linkToMany(random, relation, depth, model)
  }
  return data
}

function linkToOne(random: Random, relation: RelationShape, depth: number, isUpdate: boolean, owner: string): Args {
  const { model, nullable } = relation
  const without = inverseOf(owner, relation)
  const where = { id: keyOf(random, model) }
  if (model === 'user') return isUpdate && nullable && random.chance(0.3) ? { disconnect: true } : { connect: where }
  if (depth > 0 && random.chance(0.25)) return { create: createData(random, model, depth - 1, undefined, without) }
  if (depth > 0 && random.chance(0.15))
    return { connectOrCreate: { where, create: createData(random, model, depth - 1, undefined, without) } }
  if (isUpdate && nullable && random.chance(0.3)) return { disconnect: true }
  if (isUpdate && depth > 0 && random.chance(0.3))
    return { update: updateData(random, model, depth - 1, undefined, without) }
  return { connect: where }
}

function inverseOf(model: string, relation: RelationShape): string | undefined {
  if (relation.name === 'parts') return 'parent'
  if (relation.name === 'parent') return 'parts'
  return shapes[relation.model]?.relations.find((one) => one.model === model && one.name !== 'parts')?.name
}

function linkToNew(random: Random, relation: RelationShape, depth: number, model: string): Args {
  const where = { id: keyOf(random, relation.model) }
  const without = inverseOf(model, relation)
  // Prisma takes no list of both styles.
  const style = random.pick<Style>(['scalar', 'relation'])
  const create = () => createData(random, relation.model, depth - 1, style, without)
  if (random.chance(0.3)) return { connect: relation.kind === 'oneBack' ? where : [where] }
  return { create: relation.kind === 'oneBack' ? create() : random.chance(0.3) ? [create(), create()] : create() }
}

function linkToMany(random: Random, relation: RelationShape, depth: number, model: string): Args {
  const where = { id: keyOf(random, relation.model) }
  const without = inverseOf(model, relation)
  const create = () => createData(random, relation.model, depth - 1, undefined, without)
  const change = () => updateData(random, relation.model, depth - 1, undefined, without)
  if (relation.kind === 'oneBack') {
    const step = random.pick(['create', 'connect', 'disconnect', 'update', 'delete', 'upsert'])
    if (step === 'disconnect' || step === 'delete') return { [step]: true }
    if (step === 'connect') return { connect: where }
    if (step === 'update') return { update: change() }
    return step === 'create' ? { create: create() } : { upsert: { create: create(), update: change() } }
  }
  const flat = updateData(random, relation.model, 0, 'scalar', without)
  for (const one of shapes[relation.model]!.relations) if (one.name === without && one.column) delete flat[one.column]
  switch (
    random.pick([
      'create',
      'connect',
      'disconnect',
      'set',
      'update',
      'updateMany',
      'delete',
      'deleteMany',
      'upsert',
      'connectOrCreate',
    ])
  ) {
    case 'create':
      return { create: create() }
    case 'disconnect':
      return relation.nullable || relation.kind === 'joined' ? { disconnect: where } : { connect: where }
    case 'set':
      return relation.nullable || relation.kind === 'joined'
        ? { set: random.chance(0.5) ? [] : [where] }
        : { connect: where }
    case 'update':
      return { update: { where, data: change() } }
    case 'updateMany':
      return { updateMany: { where: random.pick<Args>([{}, where]), data: flat } }
    case 'delete':
      return { delete: where }
    case 'deleteMany':
      return { deleteMany: random.pick<Args>([{}, where]) }
    case 'upsert':
      return { upsert: { where, create: create(), update: change() } }
    case 'connectOrCreate':
      return { connectOrCreate: { where, create: create() } }
    default:
      return { connect: where }
  }
}
