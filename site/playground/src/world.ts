import type {
  PrismaColumn,
  PrismaModel,
  PrismaRelation,
  PrismaSchema,
} from '../../../packages/prisma/src/schema/schema.js'

/** A JSON value of a column; dates are ISO texts, big integers are texts of digits. */
export type Cell = string | number | boolean | null | readonly (string | number | boolean)[]
export type Row = Readonly<Record<string, Cell>>

/** A question that was pinned with its answer, as a test. */
export interface Pin {
  /** The label of the actor. */
  readonly actor: string
  readonly action: string
  readonly model: string
  /** The label of the resource. */
  readonly row: string
  readonly allowed: boolean
}

/**
 * A small world: tables with their rows, a policy, and who asks. It is the format of `*.world.json`, which the
 * playground, tests, docs and bug reports share.
 */
export interface World {
  readonly title: string
  /** The text of a Prisma schema. Its provider is the database of the `where`; default: `sqlite`. */
  readonly schema: string
  readonly policy: string
  /** The rows of each model. */
  readonly rows: Readonly<Record<string, readonly Row[]>>
  /** The models whose rows ask. Default: the models with an `actor` block, otherwise `User`. */
  readonly actors?: readonly string[]
  /** The declarations of the context, as for `authorizer.registerContext`. */
  readonly context?: Readonly<Record<string, unknown>>
  /** Values of the context by a label. Each is a choice of the page. */
  readonly contexts?: Readonly<Record<string, Readonly<Record<string, Cell>>>>
  /** The actions that the table asks, by model. Default: those that the policy names for the model. */
  readonly questions?: Readonly<Record<string, readonly string[]>>
  readonly pins?: readonly Pin[]
}

/** A world that can't be opened: damaged, too large, or with rows that its schema doesn't have. */
export class WorldError extends Error {
  override readonly name = 'WorldError'
}

/** The largest world that is opened. */
export const limits = { rows: 400, text: 32_768 } as const

/**
 * Checks that a value read from JSON is a world.
 * @throws WorldError if it has another form or is too large.
 */
export function assertWorld(value: unknown): World {
  const world = record(value, 'A world')
  for (const name of ['title', 'schema', 'policy'])
    if (typeof world[name] !== 'string') throw new WorldError(`\`${name}\` must be a text.`)
  for (const name of ['schema', 'policy'])
    if ((world[name] as string).length > limits.text)
      throw new WorldError(`\`${name}\` is longer than ${limits.text} characters.`)
  const rows = record(world['rows'], '`rows`')
  let count = 0
  for (const [model, list] of Object.entries(rows)) {
    if (!Array.isArray(list)) throw new WorldError(`The rows of ${model} must be a list.`)
    count += list.length
    for (const row of list)
      for (const [field, cell] of Object.entries(record(row, `A row of ${model}`)))
        if (!isCell(cell))
          throw new WorldError(`${model}.${field} must be a text, number, boolean, null or a list of these.`)
  }
  if (count > limits.rows) throw new WorldError(`A world has at most ${limits.rows} rows; this one has ${count}.`)
  textLists(world['questions'], '`questions`')
  if (world['actors'] !== undefined && !isTexts(world['actors']))
    throw new WorldError('`actors` must be a list of models.')
  for (const name of ['context', 'contexts']) if (world[name] !== undefined) record(world[name], `\`${name}\``)
  for (const values of Object.values(record(world['contexts'] ?? {}, '`contexts`'))) record(values, 'A context')
  if (world['pins'] !== undefined) {
    if (!Array.isArray(world['pins'])) throw new WorldError('`pins` must be a list.')
    for (const pin of world['pins']) {
      const { actor, action, model, row, allowed } = record(pin, 'A pin')
      if (!isTexts([actor, action, model, row]) || typeof allowed !== 'boolean')
        throw new WorldError('A pin is damaged.')
    }
  }
  // Sound: everything that is read of a world was checked.
  return value as World
}

function record(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new WorldError(`${name} must be an object.`)
  return value as Record<string, unknown>
}

function textLists(value: unknown, name: string): void {
  if (value === undefined) return
  for (const [model, list] of Object.entries(record(value, name)))
    if (!isTexts(list)) throw new WorldError(`${name} of ${model} must be a list of texts.`)
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function isCell(value: unknown): value is Cell {
  if (Array.isArray(value)) return value.every((one) => one !== null && isCell(one) && !Array.isArray(one))
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

/** A row as the engine sees it: its columns, and the rows of its relations. */
export type Loaded = Record<string, unknown>

/** All rows of a world, with their relations. */
export class Tables {
  readonly #rows = new Map<string, readonly Loaded[]>()

  /** @throws WorldError for a model or a column that the schema doesn't have. */
  constructor(
    readonly schema: PrismaSchema,
    rows: World['rows'],
  ) {
    for (const model of Object.keys(rows))
      if (!this.#model(model)) throw new WorldError(`The schema has no model ${model}.`)
    for (const model of schema.models)
      this.#rows.set(
        model.name,
        (rows[model.name] ?? []).map((row) => loaded(model, row)),
      )
    for (const model of schema.models)
      for (const field of model.fields)
        if (field.kind === 'relation')
          for (const [at, row] of this.of(model.name).entries())
            row[field.name] = this.#related(model, field, row, rows[model.name]![at]!)
  }

  /** The rows of a model; none if the schema doesn't have it. */
  of(model: string): readonly Loaded[] {
    return this.#rows.get(model) ?? []
  }

  /** The model of a row. */
  modelOf(row: Loaded): string | undefined {
    for (const [model, rows] of this.#rows) if (rows.includes(row)) return model
    return undefined
  }

  #model(name: string): PrismaModel | undefined {
    return this.schema.models.find((model) => model.name === name)
  }

  #related(model: PrismaModel, field: PrismaRelation, row: Loaded, given: Row): unknown {
    const others = this.of(field.model)
    if (field.from.length > 0) {
      const found = others.filter((other) =>
        field.from.every((name, at) => row[name] !== null && isEqual(row[name], other[field.to[at]!])),
      )
      if (field.owner && found.length === 0 && field.from.every((name) => row[name] !== null))
        throw new WorldError(`${labelOf(model, row)} refers to a ${field.model} that does not exist.`)
      return field.list ? found : (found[0] ?? null)
    }
    // A join table without a model: the row lists the keys of the others, on either side.
    const keyOf = (one: Loaded, of: PrismaModel) => one[of.key[0]!]
    const other = this.#model(field.model)!
    const inverse = other.fields.find(
      (one) =>
        one.kind === 'relation' && one.relation === field.relation && (other !== model || one.name !== field.name),
    )
    const listed = new Set(list(given[field.name]))
    const from = this.#given(other, inverse?.name)
    return others.filter((one, at) => listed.has(keyOf(one, other)) || list(from[at]).includes(keyOf(row, model)))
  }

  #given(model: PrismaModel, field: string | undefined): readonly unknown[] {
    return this.of(model.name).map((row) => (field === undefined ? undefined : row[givenKey(field)]))
  }
}

const givenKey = (field: string) => `\0${field}`
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function isEqual(a: unknown, b: unknown): boolean {
  return a instanceof Date && b instanceof Date ? a.getTime() === b.getTime() : a === b
}

function loaded(model: PrismaModel, row: Row): Loaded {
  const fields = new Map(model.fields.map((field) => [field.name, field]))
  const result: Loaded = {}
  for (const name of Object.keys(row)) {
    const field = fields.get(name)
    if (!field) throw new WorldError(`${model.name} has no column ${name}.`)
    // The keys of a join table stay invisible to the policy.
    if (field.kind === 'relation') Object.defineProperty(result, givenKey(name), { value: row[name] })
  }
  for (const field of model.fields)
    if (field.kind !== 'relation')
      result[field.name] = columnValue(field, Object.hasOwn(row, field.name) ? row[field.name] : undefined)
  return result
}

/** The value of a column; its default if the row lacks it. */
function columnValue(column: PrismaColumn, cell: Cell | undefined): unknown {
  if (cell === undefined) {
    const { initial } = column
    return initial !== undefined && initial !== 'generated' ? initial.value : column.list ? [] : null
  }
  if (Array.isArray(cell)) return cell.map((one) => converted(column.type, one))
  return converted(column.type, cell as Exclude<Cell, readonly unknown[]>)
}

function converted(type: string, cell: string | number | boolean | null): unknown {
  if (cell === null) return null
  if (type === 'DateTime') return new Date(String(cell))
  if (type === 'BigInt' && /^-?\d+$/.test(String(cell))) return BigInt(String(cell))
  return cell
}

/** The values of a context; texts of declared dates become dates. */
export function contextOf(declared: World['context'], values: Readonly<Record<string, Cell>>): Record<string, unknown> {
  const typeOf = (name: string) => {
    const one = declared?.[name]
    return typeof one === 'string' ? one : ((one as { type?: string } | undefined)?.type ?? '')
  }
  return Object.fromEntries(
    Object.entries(values).map(([name, cell]) => [
      name,
      typeOf(name) === 'date' && typeof cell === 'string' ? new Date(cell) : cell,
    ]),
  )
}

/** The name of a row for people: its title or name, otherwise its key. */
export function labelOf(model: PrismaModel, row: Loaded): string {
  const named = row['title'] ?? row['name']
  return typeof named === 'string' && named !== ''
    ? named
    : `${model.name} ${model.key.map((name) => String(row[name])).join('-')}`
}
