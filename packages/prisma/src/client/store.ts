import type { UnsupportedOperationError } from '@arcturus/core/internal/prisma'
import type { LinkRelation, Store, Values } from '@arcturus/writes/internal/prisma'
import { unsupportedOperation } from '../errors.js'
import { whereOf } from '../filter/printed.js'
import type { Arguments } from '../literal.js'
import type { PrismaClientLike } from '../schema/fromClient.js'
import type { PrismaModel } from '../schema/schema.js'
import type { Tables } from '../schema/tables.js'
import { call } from './call.js'
import { keysWhere } from './levels.js'

/** Databases that return the rows that a statement writes. */
const returning: ReadonlySet<string> = new Set(['sqlite', 'postgresql', 'cockroachdb'])

/** Runs the statements of a plan by a Prisma client. */
export class PrismaStore implements Store<Arguments> {
  constructor(
    private readonly client: PrismaClientLike,
    private readonly tables: Tables,
  ) {}

  get mostKeys(): number {
    return this.tables.schema.provider === 'sqlite' ? 500 : 10_000
  }

  /** @param take - The maximum number of rows. Default: all rows. */
  async find(
    model: string,
    where: Arguments,
    columns: readonly string[],
    _isLocked?: boolean,
    take?: number,
  ): Promise<readonly Values[]> {
    const args = { where, select: selected(columns), ...(take !== undefined && { take }) }
    return (await this.#call(model, 'findMany', args)) as readonly Values[]
  }

  async insert(model: string, rows: readonly Values[], columns: readonly string[]): Promise<readonly Values[]> {
    const select = selected(columns)
    if (rows.length !== 1 && returning.has(this.tables.schema.provider))
      return (await this.#call(model, 'createManyAndReturn', { data: rows, select })) as readonly Values[]
    const { key } = this.#model(model)
    if (rows.length !== 1 && rows.every((row) => key.every((name) => (row[name] ?? null) !== null))) {
      await this.#call(model, 'createMany', { data: rows })
      return await this.find(model, this.keyed(model, rows), columns)
    }
    const inserted: Values[] = []
    for (const data of rows) inserted.push((await this.#call(model, 'create', { data, select })) as Values)
    return inserted
  }

  async assertUpdate(model: string, where: Arguments, values: Values): Promise<void> {
    const { key } = this.#model(model)
    if (returning.has(this.tables.schema.provider) || !key.some((name) => name in values)) return
    if ((await this.find(model, where, key)).length > 1) throw changedKeys(model)
  }

  async update(
    model: string,
    where: Arguments,
    values: Values,
    columns: readonly string[],
  ): Promise<readonly Values[]> {
    if (returning.has(this.tables.schema.provider)) {
      const args = { where, data: values, select: selected(columns) }
      return (await this.#call(model, 'updateManyAndReturn', args)) as readonly Values[]
    }
    const { key } = this.#model(model)
    const found = await this.find(model, where, columns)
    if (found.length === 0) return found
    if (key.some((name) => name in values)) return [await this.#updateKey(model, found, where, values, columns)]
    const own = this.keyed(model, found)
    await this.#call(model, 'updateMany', { where: this.#namesOwnTable ? own : { AND: [own, where] }, data: values })
    const set = columns.filter((name) => values[name] !== undefined)
    if (!set.every((name) => isKnown(values[name]))) return await this.find(model, own, columns)
    return found.map((row) => ({ ...row, ...Object.fromEntries(set.map((name) => [name, values[name]])) }))
  }

  async #updateKey(
    model: string,
    rows: readonly Values[],
    where: Arguments,
    data: Values,
    columns: readonly string[],
  ): Promise<Values> {
    if (rows.length > 1) throw changedKeys(model)
    const unique = this.#unique(model, rows[0]!)
    const own = this.#namesOwnTable ? unique : { ...unique, AND: [where] }
    return (await this.#call(model, 'update', { where: own, data, select: selected(columns) })) as Values
  }

  async delete(model: string, keys: readonly Values[], where?: Arguments): Promise<number> {
    const own = this.keyed(model, keys)
    const args = { where: this.#namesOwnTable || !where ? own : { AND: [own, where] } }
    return ((await this.#call(model, 'deleteMany', args)) as { count: number }).count
  }

  /** Whether a statement cannot write by a condition that leads back to its table: then rows are found first. */
  get #namesOwnTable(): boolean {
    return this.tables.schema.provider === 'mysql'
  }

  async join(
    { name, owner, model }: LinkRelation,
    row: Values,
    added: readonly Values[],
    removed: readonly Values[],
  ): Promise<void> {
    const [connect, disconnect] = [added, removed].map((rows) => rows.map((one) => this.#unique(model, one)))
    const data = { [name]: { ...(added.length > 0 && { connect }), ...(removed.length > 0 && { disconnect }) } }
    const own = this.#model(owner)
    await this.#call(own.name, 'update', { where: this.#unique(own.name, row), data, select: selected(own.key) })
  }

  keyed(model: string, keys: readonly Values[]): Arguments {
    const { key } = this.#model(model)
    const [first] = keys
    // Rows can be named by other columns than their key, such as those of a reference.
    return keysWhere(this.#model(model), keys, !first || key.every((name) => name in first) ? key : Object.keys(first))
  }

  linked(relation: LinkRelation, row: Values): Arguments {
    if (relation.keeper === 'join') {
      const field = this.tables.field(relation.owner, relation.name)
      const inverse = field?.kind === 'relation' ? this.tables.inverse(field) : undefined
      if (!inverse) throw noInverse(relation)
      return { [inverse.name]: { some: this.keyed(relation.owner, [this.#key(relation.owner, row)]) } }
    }
    const values = relation.from.map((name) => row[name])
    if (values.some((one) => one === null || one === undefined)) return whereOf(false, this.#model(relation.model))
    return Object.fromEntries(relation.to.map((name, at) => [name, values[at]]))
  }

  related({ name, nullable }: LinkRelation, where: Arguments): Arguments {
    return nullable ? { OR: [{ [name]: { is: null } }, { [name]: { is: where } }] } : { [name]: { is: where } }
  }

  all(wheres: readonly Arguments[]): Arguments {
    return wheres.length === 1 ? wheres[0]! : { AND: wheres }
  }

  any(wheres: readonly Arguments[]): Arguments {
    return wheres.length === 1 ? wheres[0]! : { OR: wheres }
  }

  /** Returns the selector of a row by its key. */
  #unique(model: string, row: Values): Arguments {
    const { key, uniques } = this.#model(model)
    const unique = uniques.find(
      ({ fields }) => fields.length === key.length && fields.every((name) => key.includes(name)),
    )
    const own = this.#key(model, row)
    return unique && key.length > 1 ? { [unique.argument]: own } : own
  }

  #key(model: string, row: Values): Arguments {
    return Object.fromEntries(this.#model(model).key.map((name) => [name, row[name]]))
  }

  #call(model: string, operation: string, args: object): PromiseLike<unknown> {
    return call(this.client, this.#model(model), operation, args)
  }

  #model(name: string): PrismaModel {
    return this.tables.model(name)!
  }
}

function selected(columns: readonly string[]): Arguments {
  return Object.fromEntries(columns.map((name) => [name, true]))
}

/** Whether a value is stored in a key as it is, and is not computed. */
function isKnown(value: unknown): boolean {
  return typeof value !== 'object' || value === null
}

function changedKeys(model: string): UnsupportedOperationError {
  return unsupportedOperation(`An update of several rows of ${model} changes their keys.`, {
    hint: 'update the rows one by one',
  })
}

function noInverse({ name }: LinkRelation): UnsupportedOperationError {
  return unsupportedOperation(`The other end of "${name}" is not in the schema.`, {
    hint: 'declare the relation in both models',
  })
}
