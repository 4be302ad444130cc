import { ArcturusError, Authorizer } from '@arcturus/core'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { DataSource, EntitySchema, type EntitySchemaColumnOptions, type EntitySchemaRelationOptions } from 'typeorm'

type Values = Readonly<Record<string, unknown>>
type Class = new () => object
/** A row with its relations. */
type Row = Record<string, unknown> & { readonly id: number; readonly name: string }

/** Questions and their answers with one context. A question is `actor action resource`, by names: `alice view plan`. */
export interface Case {
  readonly at?: Values
  readonly allowed?: readonly string[]
  readonly denied?: readonly string[]
  /** The names of a list, by `actor action Model`. */
  readonly lists?: Readonly<Record<string, readonly string[]>>
  /** Only checks: a list needs all names of the context that its rules read. */
  readonly unlisted?: true
}

type ContextDeclaration = Parameters<Authorizer['registerContext']>[0][string]
/** A name of the context: its type, or the model of a row, which can be nil and is passed by its name. */
type Named = ContextDeclaration | { readonly model: string }

/** An example application of another system, written by the idioms of docs/model. */
export interface Application {
  /** The name in the table of docs/model/idioms.md. */
  readonly name: string
  /**
   * The fields of the models, besides `id` and `name`: a type of a column, a model for a reference, or `Seat.user` for the seats whose
   * `user` is the row. `?` is nullable.
   */
  readonly models: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** The rows by model: by their names, or a list of rows without one. References are names of rows above; missing booleans are false. */
  readonly rows: Readonly<Record<string, Readonly<Record<string, Values>> | readonly Values[]>>
  readonly context?: Readonly<Record<string, Named>>
  readonly policy: string
  readonly cases: readonly Case[]
}

/** The rule of docs/model/one-door.md: exceptions hold for each way in. */
export const door = `
allow(actor, action, resource) if
  grants(actor, action, resource) and
  not is_denied(actor, action, resource);
`

/** The name of an anonymous user in questions. */
const NOBODY = 'nobody'

const columns: Readonly<Record<string, EntitySchemaColumnOptions>> = {
  text: { type: 'text' },
  integer: { type: 'integer' },
  float: { type: 'real' },
  boolean: { type: 'boolean' },
  date: { type: 'datetime' },
}

/** Returns the parts of a field's type: a column, the rows that refer to a row, or a reference. */
function fieldOf(spec: string) {
  const type = spec.replace('?', '')
  const [model, inverse] = type.split('.') as [string, string?]
  return { type, model, inverse, column: columns[type], nullable: type !== spec }
}

function entityOf(name: string, fields: Readonly<Record<string, string>>, target: Class): EntitySchema {
  const scalars: Record<string, EntitySchemaColumnOptions> = {
    id: { type: 'integer', primary: true },
    name: { type: 'text' },
  }
  const relations: Record<string, EntitySchemaRelationOptions> = {}
  for (const [field, spec] of Object.entries(fields)) {
    const { model, inverse, column, nullable } = fieldOf(spec)
    if (column) scalars[field] = { ...column, nullable }
    else if (inverse) relations[field] = { type: 'one-to-many', target: model, inverseSide: inverse }
    else relations[field] = { type: 'many-to-one', target: model, joinColumn: true, nullable }
  }
  return new EntitySchema({ name, target, columns: scalars, relations })
}

/** Returns the rows with their relations, by model, so that checks read no database. */
function rowsOf({ models, rows }: Application, classes: ReadonlyMap<string, Class>): ReadonlyMap<string, Row[]> {
  const byName = new Map<unknown, Row>()
  const found = new Map(Object.keys(models).map((model): [string, Row[]] => [model, []]))
  for (const [model, given] of Object.entries(rows))
    for (const [key, values] of Object.entries(given)) {
      const name = Array.isArray(given) ? `${model} ${key}` : key
      const row: Row = Object.assign(new (classes.get(model)!)(), { id: byName.size + 1, name })
      for (const [field, spec] of Object.entries(models[model]!)) {
        const { type, inverse, column } = fieldOf(spec)
        if (column) row[field] = values[field] ?? (type === 'boolean' ? false : null)
        else row[field] = inverse ? [] : (byName.get(values[field]) ?? null)
      }
      byName.set(name, row)
      found.get(model)!.push(row)
    }
  for (const [model, fields] of Object.entries(models))
    for (const [field, spec] of Object.entries(fields)) {
      const { model: other, inverse } = fieldOf(spec)
      if (inverse)
        for (const row of found.get(model)!) row[field] = found.get(other)!.filter((one) => one[inverse] === row)
    }
  return found
}

/** An application with its rows, in memory and in a database. */
export class World {
  private constructor(
    private readonly application: Application,
    private readonly source: DataSource,
    private readonly authorizer: Authorizer,
    private readonly filterOf: ReturnType<typeof typeOrmAuthorization>['authorizedFilter'],
    private readonly classes: ReadonlyMap<string, Class>,
    private readonly rows: ReadonlyMap<string, readonly Row[]>,
  ) {}

  /** Loads the policy, in which a warning is an error. */
  static async open(application: Application): Promise<World> {
    const { models, context = {}, policy } = application
    // The name of a class is what policies call it.
    const classes = new Map(Object.keys(models).map((name): [string, Class] => [name, { [name]: class {} }[name]!]))
    const entities = Object.entries(models).map(([name, fields]) => entityOf(name, fields, classes.get(name)!))
    const source = await new DataSource({ type: 'sqljs', synchronize: true, entities }).initialize()
    const rows = rowsOf(application, classes)
    for (const model of Object.keys(application.rows))
      await source.getRepository(classes.get(model)!).insert(rows.get(model)!.map((row) => ({ ...row })))
    const authorizer = new Authorizer({ strict: true })
    const { authorizedFilter } = typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
    for (const [name, one] of Object.entries(context)) {
      const model = modelOf(one)
      authorizer.registerContext({
        [name]: model ? { type: classes.get(model)!, nullable: true } : (one as ContextDeclaration),
      })
    }
    await authorizer.load(policy)
    return new World(application, source, authorizer, authorizedFilter, classes, rows)
  }

  async close(): Promise<void> {
    await this.source.destroy()
  }

  /** Returns the answer of a check: whether it is allowed, or the code of an error. */
  check(question: string, at?: Values): boolean | string {
    const { actor, action, resource } = this.asked(question)
    return this.answer(actor, action, resource!, at)
  }

  /** Returns the names of the list of a question, by the database and by checks of all rows. */
  async list(question: string, at?: Values) {
    const { actor, action, model } = this.asked(question)
    const cls = this.classes.get(model)!
    const find = this.filterOf(actor, cls, { action, ...(at && { context: this.valuesOf(at) }) } as never)
    const listed = ((await this.source.getRepository(cls).find(find as object)) as Row[]).map(({ name }) => name)
    const checked = this.rows.get(model)!.filter((row) => this.answer(actor, action, row, at) === true)
    return { listed: listed.sort(), checked: checked.map(({ name }) => name).sort() }
  }

  /** Returns `actor action Model` of a question about a row. */
  listOf(question: string): string {
    const [who, action] = question.split(' ')
    return `${who} ${action} ${this.asked(question).model}`
  }

  private answer(actor: Row | null, action: string, resource: Row, at?: Values): boolean | string {
    const authorizer = at ? this.authorizer.with(this.valuesOf(at) as never) : this.authorizer
    try {
      return authorizer.can(actor, action, resource)
    } catch (error) {
      if (!(error instanceof ArcturusError)) throw error
      return error.code
    }
  }

  /** Returns a context with the rows that it names. */
  private valuesOf(at: Values): Values {
    const isRow = (name: string) => modelOf(this.application.context![name]!) !== undefined
    return Object.fromEntries(
      Object.entries(at).map(([name, value]) => [name, value !== null && isRow(name) ? this.find(value)[1] : value]),
    )
  }

  private asked(question: string) {
    const [who, action, what] = question.split(' ') as [string, string, string]
    const [model, resource] = this.classes.has(what) ? [what] : this.find(what)
    return { actor: who === NOBODY ? null : this.find(who)[1], action, model, resource }
  }

  private find(name: unknown): readonly [model: string, row: Row] {
    for (const [model, rows] of this.rows) {
      const row = rows.find((one) => one.name === name)
      if (row) return [model, row]
    }
    throw new Error(`No row is called ${name}.`)
  }
}

const modelOf = (one: Named): string | undefined => (typeof one === 'object' && 'model' in one ? one.model : undefined)
