import type { UnsupportedOperationError } from '@arcturus/core/internal/prisma'
import { unsupportedOperation } from '../errors.js'
import { whereOf } from '../filter/printed.js'
import { assertUnrepeated } from '../filter/repetition.js'
import { type Arguments, isArguments } from '../literal.js'
import { listArguments } from '../operations.js'
import { hasExcludedList } from '../query/callerLists.js'
import { guardedWhere } from '../query/guardedWhere.js'
import type { PrismaModel, PrismaRelation } from '../schema/schema.js'
import type { Tables } from '../schema/tables.js'
import { Conditions, unknownArgument } from './conditions.js'
import { ReadableFields } from './fields.js'
import type { Level } from './levels.js'
import { Orders } from './orders.js'
import type { Questions } from './questions.js'

export interface ReadingOptions {
  /** Returns the read action of a model. */
  readonly action: (model: string) => string
  /** Whether a required relation is refused if its row can be hidden, in place of null. */
  readonly refusesRequired: boolean
}

/** The arguments that are sent for a query, and what to leave out of its result. */
export interface Guarded {
  readonly args: Arguments
  readonly level: Level
}

/** Rewrites the arguments of queries, so that they return only rows and columns that the actor may read. */
export class Reading {
  readonly conditions: Conditions
  readonly fields: ReadableFields
  readonly #orders: Orders
  readonly #tables: Tables

  constructor(
    private readonly questions: Questions,
    private readonly options: ReadingOptions,
  ) {
    this.#tables = questions.parts.tables
    this.fields = new ReadableFields(questions, options.action)
    this.conditions = new Conditions(questions, this.fields, options.action)
    this.#orders = new Orders(questions, this.fields, options.action)
  }

  /**
   * Guards the arguments that select rows of a query: all but `select`, `include` and `omit`.
   * @param allowed - The names of the arguments that the operation takes.
   * @param isReadable - Whether the actor may read all rows of the query.
   */
  async rows(args: Arguments, model: string, allowed: readonly string[], isReadable = false): Promise<Arguments> {
    for (const name of Object.keys(args)) if (!allowed.includes(name)) throw unknownArgument(model, name, args[name])
    const visible = isReadable || (await this.questions.rows(this.options.action(model), model, 'root'))
    const where = args['where'] === undefined ? undefined : await this.conditions.where(args['where'], model)
    await this.#orders.assertVisible(args, model)
    const guarded = this.combined(where, visible === true ? [] : [visible], model)
    const { where: _, ...rest } = args
    const sent = guarded === undefined ? rest : { ...rest, where: guarded }
    if (visible !== true) {
      const { include: _include, select: _select, ...own } = sent
      assertUnrepeated([visible], own, this.#tables.schema.provider)
    }
    return sent
  }

  /** Combines a caller's `where` with filters. */
  combined(where: Arguments | undefined, filters: readonly Arguments[], model: string): Arguments | undefined {
    const of = this.#tables.model(model)!
    const undivided = filters.length > 0 && hasExcludedList(where) ? [whereOf(true, of)] : []
    const uniques = of.uniques.map(({ argument }) => argument)
    // Sound: a `where` that is an object is combined to an object.
    return guardedWhere(where, [...filters, ...undivided], uniques) as Arguments | undefined
  }

  /** Guards `select`, `include` and `omit` of rows. */
  async selection(args: Arguments, model: string, visible?: Arguments): Promise<Guarded> {
    const of = this.#tables.model(model)!
    const restricted = await this.fields.restricted(of)
    const relations = new Map<string, Level>()
    let sent: Arguments = args
    for (const way of ['select', 'include'] as const) {
      const given = args[way]
      if (given === undefined) continue
      if (!isArguments(given)) throw unknownArgument(model, way, given)
      sent = { ...sent, [way]: await this.#selected(given, of, restricted, relations, way) }
    }
    const omitted = args['omit']
    if (omitted !== undefined) this.#assertColumns(omitted, of)
    const none = [...restricted].flatMap(([name, rows]) => (rows === 'none' ? [name] : []))
    const columns = none.filter((name) => this.#tables.field(model, name)?.kind !== 'relation')
    if (sent['select'] === undefined && columns.length > 0) {
      const given = isArguments(omitted) ? omitted : {}
      sent = { ...sent, omit: { ...given, ...Object.fromEntries(columns.map((name) => [name, true])) } }
    }
    const partly = new Map([...restricted].flatMap(([name, rows]) => (rows === 'none' ? [] : [[name, rows] as const])))
    const hasToFind = visible !== undefined || partly.size > 0
    const { select, omit } = sent
    const isEmpty = isArguments(select)
      ? !Object.values(select).some(Boolean)
      : isArguments(omit) && of.fields.every(({ kind, name }) => kind === 'relation' || omit[name] === true)
    const keyed = hasToFind || isEmpty ? withKey(sent, of) : { args: sent, added: [] }
    return { args: keyed.args, level: { model: of, relations, visible, columns: partly, added: keyed.added } }
  }

  async #selected(
    given: Arguments,
    model: PrismaModel,
    restricted: ReadonlyMap<string, 'none' | Arguments>,
    relations: Map<string, Level>,
    way: 'select' | 'include',
  ): Promise<Arguments> {
    const found: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(given)) {
      const field = this.#tables.field(model.name, name)
      if (name !== '_count' && !field) throw unknownArgument(model.name, name, value)
      if (field && field.kind !== 'relation' && way === 'include') throw unknownArgument(model.name, name, value)
      if (restricted.get(name) === 'none') continue
      if (value === undefined || value === false) found[name] = value
      else if (name === '_count') found[name] = await this.#counts(value, model)
      else if (field?.kind !== 'relation') {
        if (value !== true) throw unknownArgument(model.name, name, value)
        found[name] = true
      } else {
        const { args, level } = await this.#relation(value, field)
        relations.set(name, level)
        found[name] = Object.keys(args).length === 0 ? true : args
      }
    }
    return found
  }

  async #relation(given: unknown, relation: PrismaRelation): Promise<Guarded> {
    if (given !== true && !isArguments(given)) throw unknownArgument(relation.model, relation.name, given)
    const args = given === true ? {} : given
    const { model } = relation
    const allowed = relation.list ? listArguments : ['where', 'select', 'include', 'omit']
    for (const name of Object.keys(args)) if (!allowed.includes(name)) throw unknownArgument(model, name, args[name])
    const visible = await this.questions.rows(this.options.action(model), model)
    const where = args['where'] === undefined ? undefined : await this.conditions.where(args['where'], model)
    await this.#orders.assertVisible(args, model)
    if (args['cursor'] !== undefined && visible !== true) throw hiddenCursor(relation.name)
    if (relation.list || relation.nullable) {
      const guarded = this.combined(where, visible === true ? [] : [visible], model)
      return await this.selection(guarded === undefined ? args : { ...args, where: guarded }, model)
    }
    if (where !== undefined) throw unknownArgument(model, 'where', where)
    if (visible === true) return await this.selection(args, model)
    if (this.options.refusesRequired) throw requiredRelation(relation)
    return await this.selection(args, model, visible)
  }

  async #counts(value: unknown, { name: model, fields }: PrismaModel): Promise<unknown> {
    const lists = fields.filter((field): field is PrismaRelation => field.kind === 'relation' && field.list)
    const all = Object.fromEntries(lists.map(({ name }) => [name, true]))
    const given = value === true ? all : isArguments(value) ? value['select'] : undefined
    if (!isArguments(given) || (isArguments(value) && Object.keys(value).length > 1))
      throw unknownArgument(model, '_count', value)
    const found: Record<string, unknown> = {}
    for (const [name, one] of Object.entries(given)) {
      const relation = lists.find((field) => field.name === name)
      if (!relation) throw unknownArgument(model, `_count.${name}`, one)
      if (one === undefined || one === false) continue
      if ((await this.fields.of(model, name)) !== 'all') continue
      if (one !== true && !(isArguments(one) && Object.keys(one).every((key) => key === 'where')))
        throw unknownArgument(model, `_count.${name}`, one)
      const visible = await this.questions.rows(this.options.action(relation.model), relation.model)
      const own =
        one === true || one['where'] === undefined
          ? undefined
          : await this.conditions.where(one['where'], relation.model)
      const where = this.combined(own, visible === true ? [] : [visible], relation.model)
      found[name] = where === undefined ? true : { where }
    }
    return { select: found }
  }

  /** Guards the columns that an aggregation or a count reads. */
  async assertAggregates(args: Arguments, model: string): Promise<void> {
    for (const name of ['select', '_count', '_avg', '_sum', '_min', '_max', 'by'] as const) {
      const given = args[name]
      if (given === undefined || given === true) continue
      const names =
        typeof given === 'string'
          ? [given]
          : Array.isArray(given)
            ? given
            : isArguments(given)
              ? Object.keys(given)
              : []
      for (const column of names) {
        if (column === '_all') continue
        const field = this.#tables.field(model, String(column))
        if (!field || field.kind === 'relation') throw unknownArgument(model, `${name}.${String(column)}`, given)
      }
      await this.fields.assertUsable(model, names.filter((one) => one !== '_all').map(String))
    }
    if (args['having'] !== undefined) await this.#having(args['having'], model)
  }

  async #having(given: unknown, model: string): Promise<void> {
    if (Array.isArray(given)) for (const one of given) await this.#having(one, model)
    if (!isArguments(given)) return
    for (const [name, value] of Object.entries(given)) {
      if (name === 'AND' || name === 'OR' || name === 'NOT') await this.#having(value, model)
      else {
        const field = this.#tables.field(model, name)
        if (!field || field.kind === 'relation') throw unknownArgument(model, `having.${name}`, value)
        await this.fields.assertUsable(model, [name])
        await this.fields.assertReferences(value)
      }
    }
  }

  #assertColumns(given: unknown, model: PrismaModel): void {
    if (!isArguments(given)) throw unknownArgument(model.name, 'omit', given)
    for (const [name, value] of Object.entries(given)) {
      const field = this.#tables.field(model.name, name)
      if (!field || field.kind === 'relation') throw unknownArgument(model.name, `omit.${name}`, value)
    }
  }
}

/** Adds the columns of the key to a selection. */
export function withKey(args: Arguments, model: PrismaModel): { args: Arguments; added: readonly string[] } {
  if (model.key.length === 0) {
    throw unsupportedOperation(`${model.name} has no key, and some of its rows or columns are hidden.`, {
      hint: `add an @id or a @unique to ${model.name}`,
    })
  }
  const { select, omit } = args
  if (isArguments(select)) {
    const added = model.key.filter((name) => select[name] !== true)
    return {
      args: { ...args, select: { ...select, ...Object.fromEntries(model.key.map((name) => [name, true])) } },
      added,
    }
  }
  if (!isArguments(omit)) return { args, added: [] }
  const added = model.key.filter((name) => omit[name] === true)
  return { args: { ...args, omit: { ...omit, ...Object.fromEntries(added.map((name) => [name, false])) } }, added }
}

function hiddenCursor(name: string): UnsupportedOperationError {
  return unsupportedOperation(`The cursor in "${name}" can name a row that is hidden.`, {
    hint: `load "${name}" with a findMany of its own`,
  })
}

function requiredRelation({ name }: PrismaRelation): UnsupportedOperationError {
  return unsupportedOperation(
    `The row of the required relation "${name}" can be hidden, and Prisma cannot leave it out.`,
    { hint: "load it with a query of its own, or use the option `requiredRelation: 'null'`" },
  )
}
