import {
  type Data,
  isViolation,
  Judge,
  knownValues,
  type Refused,
  type RowsFilter,
  type Values,
  WriteRecord,
  Writer,
} from '@arcturus/writes/internal/prisma'
import { type Arguments, isArguments } from '../literal.js'
import { tagRows } from '../rows/rows.js'
import { type PrismaClientLike, property } from '../schema/fromClient.js'
import type { PrismaModel } from '../schema/schema.js'
import { call } from './call.js'
import { unknownArgument } from './conditions.js'
import { withoutDuplicates } from './duplicates.js'
import type { RawClient } from './options.js'
import { Questions } from './questions.js'
import { read, readingFor } from './read.js'
import type { Reading } from './reading.js'
import { refusedOperation } from './refused.js'
import { type Session, transaction } from './session.js'
import { PrismaStore } from './store.js'
import { assertKeys, sentValue, WriteData } from './writeData.js'

/** Runs an operation that changes rows. */
export async function write(given: Session, model: string, operation: string, args: Arguments): Promise<unknown> {
  const known = operations[operation]
  if (!known) throw refusedOperation(operation)
  assertKeys(args, known.args, model)
  const record = new WriteRecord<Arguments>(given.parts.authorizer, given.actor)
  const kind = (['create', 'update', 'delete'] as const).find((one) => operation.startsWith(one))
  if (kind) record.touch({ isNew: kind === 'create', action: given.actions(model)[kind], model })
  const session = { ...given, record }
  const lookUp: Refused<Arguments>['lookUp'] = (find) =>
    begun(session, (own) => find(new Plan(own, model).writer.rules))
  return await record.run(() => written(session, model, known, args), { isHidden, lookUp })
}

async function written(session: Session, model: string, known: Operation, args: Arguments): Promise<unknown> {
  const selection = selectionOf(args)
  const single = async (own: Session): Promise<unknown> => await known.single?.(new Plan(own, model), args, selection)
  // Within a transaction, a single statement, too, is undone alone.
  const isWithin = session.isTransaction || session.parts.beforeWrite !== undefined
  const done = isWithin ? undefined : await single(session)
  if (done !== undefined) return done
  return await begun(
    session,
    async (own) => (isWithin && (await single(own))) || (await known.run(new Plan(own, model), args, selection)),
  )
}

/** Runs a function in a transaction, after the function before a write. */
async function begun<Result>(session: Session, run: (own: Session) => Promise<Result>): Promise<Result> {
  return await transaction(session, async (own) => {
    // Sound: every client of Prisma has it.
    await own.parts.beforeWrite?.(own.client as PrismaClientLike & RawClient, own.actor)
    return await run(own)
  })
}

type Run = (plan: Plan, args: Arguments, selection: Arguments) => Promise<unknown>

interface Operation {
  readonly args: readonly string[]
  readonly run: Run
  /** Sends one statement if everything about it is known before; else it returns undefined. */
  readonly single?: Run
}

const selections = ['select', 'include', 'omit'] as const

const operations: Readonly<Record<string, Operation>> = {
  create: { args: ['data', ...selections], run: create, single: createOne },
  createMany: { args: ['data', 'skipDuplicates'], run: countOf(insertAll), single: createAll },
  createManyAndReturn: { args: ['data', 'skipDuplicates', ...selections], run: rowsOf(insertAll) },
  update: { args: ['where', 'data', ...selections], run: update },
  updateMany: { args: ['where', 'data', 'limit'], run: countOf(updateAll) },
  updateManyAndReturn: { args: ['where', 'data', 'limit', ...selections], run: rowsOf(updateAll) },
  upsert: { args: ['where', 'create', 'update', ...selections], run: upsert },
  delete: { args: ['where', ...selections], run: remove },
  deleteMany: { args: ['where', 'limit'], run: countOf(removeAll) },
}

export const writeOperations: readonly string[] = Object.keys(operations)

/** Errors of Prisma that would tell that a hidden row exists: unique values, references, missing rows. */
const hiddenCodes: ReadonlySet<string> = new Set(['P2002', 'P2003', 'P2014', 'P2015', 'P2017', 'P2018', 'P2025'])

function isHidden(error: unknown): boolean {
  const cause = property(property(property(error, 'meta'), 'driverAdapterError'), 'cause')
  const isOfDriver = isViolation(property(cause, 'originalCode'), property(cause, 'originalMessage'))
  return hiddenCodes.has(String(property(error, 'code'))) || isOfDriver
}

/** A write, within its transaction if it needs one. */
class Plan {
  readonly model: PrismaModel
  readonly questions: Questions
  readonly reading: Reading
  readonly judge: Judge<Arguments>
  readonly store: PrismaStore
  readonly writer: Writer<Arguments>
  readonly data: WriteData

  constructor(
    readonly session: Session,
    model: string,
  ) {
    const { parts, actor, client } = session
    const { tables, relations } = parts
    this.model = tables.model(model)!
    const questions = new Questions(parts, actor, client, true)
    this.questions = questions
    this.reading = readingFor(session, questions)
    const print = (filter: RowsFilter) => questions.print(filter, session.actions(filter.model).update, 'anywhere')
    this.judge = new Judge(questions, session.actions, print, parts.triggers, session.record)
    this.store = new PrismaStore(client, tables)
    this.data = new WriteData(parts.authorizer.schema, tables, relations, this.reading.conditions)
    this.writer = new Writer({
      store: this.store,
      judge: this.judge,
      relations,
      keyOf: (of) => tables.model(of)!.key,
      allColumns: (of) => tables.model(of)!.fields.flatMap(({ kind, name }) => (kind === 'relation' ? [] : [name])),
      knownValues: (of, columns) => this.#known(of, columns),
      trustsCascades: session.trustsCascades,
    })
  }

  #known(model: string, columns: Values, isComplete = true): Values {
    return knownValues(this.session.parts.authorizer.schema, model, columns, { isComplete, read: sentValue })
  }

  /** Binds all filters of the result, and those of a refusal, before the first row is written. */
  async seal(selection: Arguments | undefined): Promise<void> {
    const { name } = this.model
    await this.judge.filter('read', name)
    if (selection) await this.reading.selection(selection, name)
    this.judge.seal()
  }

  /** Writes what is prepared, and asserts that the state after it is allowed. @throws the denial */
  async apply<Result>(apply: () => Promise<Result>, selection?: Arguments): Promise<Result> {
    await this.seal(selection)
    const result = await apply()
    await this.writer.rules.ledger.verify()
    return result
  }

  /** Deletes rows. @param where - Their condition. */
  async delete(rows: readonly Values[], where: Arguments): Promise<void> {
    await this.apply(await this.writer.links.prepareDeleteOf(this.model.name, rows, where))
  }

  /** Reads the data of new rows. */
  async rows({ data }: Arguments): Promise<readonly Data<Arguments>[]> {
    const rows: Data<Arguments>[] = []
    for (const one of [data].flat()) rows.push(await this.data.read(one, this.model.name, false))
    return rows
  }

  /** Asserts that the state after a write is allowed, and reads a row of it. @throws the denial */
  async readBack(row: Values, selection: Arguments): Promise<unknown> {
    const { name } = this.model
    const { conditions, isReadable } = await this.writer.rules.ledger.verifyBut(name, row)
    const filters = [this.store.keyed(name, [row]), ...conditions]
    const { questions } = this
    const found = await read(this.session, name, 'findFirst', selection, { filters, questions, isReadable })
    if (found === null) throw this.judge.denial()
    return found
  }

  /** Returns the error for a row that does not exist, or does not allow the operation. */
  async denial(where: Arguments): Promise<Error> {
    const { name, key } = this.model
    const readable = await this.judge.before('read', name)
    const rows = await this.store.find(name, this.store.all([where, ...readable]), key)
    return this.judge.refusal(name, rows, rows.length > 0)
  }

  /** Updates a row and the rows linked to it. @param where - All rows that the caller means. */
  async update(where: Arguments, given: Data<Arguments>, selection: Arguments): Promise<unknown> {
    const { name } = this.model
    const data = await this.writer.withPresent(name, given, where)
    const conditions = await this.writer.conditionsOfUpdate(name, data)
    let own = this.store.all([where, ...conditions])
    let row: Values | undefined
    if (data.links.length > 0) {
      ;[row] = await this.store.find(name, own, this.writer.rules.columnsOf(name))
      if (!row) throw await this.denial(where)
      own = this.store.all([this.store.keyed(name, [row]), ...conditions])
    }
    const apply = await this.writer.prepareUpdate(name, data, own, row)
    await this.seal(selection)
    const [updated] = await apply(own)
    if (!updated) throw await this.denial(where)
    return await this.readBack(updated, selection)
  }

  async create(data: Data<Arguments>, selection: Arguments): Promise<unknown> {
    const { name } = this.model
    const insert = await this.writer.prepareInsert(name, data)
    await this.seal(selection)
    return await this.readBack(await insert(), selection)
  }

  /**
   * Returns whether everything about new rows is known before they are sent.
   * @throws the denial if one of them is not allowed
   */
  async isAllowedMany(rows: readonly Data<Arguments>[], isRead: boolean): Promise<boolean> {
    const { name } = this.model
    const names = rows.flatMap((data) => this.writer.rules.fieldNames('create', name, data.names))
    const fields = await this.judge.fields('create', name, names)
    for (const { columns, links } of rows) {
      const known = this.#known(name, columns, links.length === 0)
      const decided = this.judge.decide('create', name, known)
      const readable = isRead ? this.judge.decide('read', name, known) : true
      if (decided === false || readable === false) throw this.judge.denial()
      // All rows are tested after the write if one of them has to be.
      if (fields.length > 0 || links.length > 0 || !decided || !readable) return false
      if (!(await this.#areLinked(columns))) return false
    }
    return true
  }

  /** Returns the rows that `skipDuplicates` does not skip. */
  async withoutDuplicates(rows: readonly Data<Arguments>[]): Promise<readonly Data<Arguments>[]> {
    const { name, uniques } = this.model
    const { fields } = this.reading
    const shown: (readonly string[])[] = []
    for (const { fields: names } of uniques) {
      const visible = await Promise.all(names.map((one) => fields.of(name, one)))
      if (visible.every((one) => one === 'all')) shown.push(names)
    }
    const readable = await this.judge.before('read', name)
    return await withoutDuplicates(
      this.model,
      rows,
      (columns) => this.#known(name, columns),
      shown,
      async (wheres, columns) => {
        const found: Values[] = []
        for (let from = 0; from < wheres.length; from += this.store.mostKeys) {
          const some = this.store.any(wheres.slice(from, from + this.store.mostKeys))
          found.push(...(await this.store.find(name, this.store.all([some, ...readable]), columns)))
        }
        return found
      },
    )
  }

  /** Returns the condition of the rows that an operation with a `limit` is about. */
  async limited(where: Arguments, { limit }: Arguments): Promise<Arguments> {
    if (limit === undefined) return where
    const { name, key } = this.model
    if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 0) throw unknownArgument(name, 'limit', limit)
    const rows = await this.store.find(name, where, key, false, limit)
    return this.store.all([this.store.keyed(name, rows), where])
  }

  /** Whether the rows that a new row refers to are known to be readable. */
  async #areLinked(columns: Values): Promise<boolean> {
    const { parts } = this.session
    for (const { from, to, model } of parts.relations.references(this.model.name)) {
      if (!from.some((name) => (columns[name] ?? null) !== null)) continue
      const other = Object.fromEntries(to.map((name, at) => [name, columns[from[at]!]]))
      const { kind } = await this.judge.filter('read', model)
      if (kind !== 'all' && this.judge.decide('read', model, other) !== true) return false
    }
    return true
  }
}

async function createOne(plan: Plan, { data: given = {} }: Arguments, selection: Arguments): Promise<unknown> {
  const { session, model } = plan
  const data = await plan.data.read(given, model.name)
  if (!(await plan.isAllowedMany([data], true)) || !isFlat(selection, model)) return undefined
  const guarded = await plan.reading.selection(selection, model.name)
  if (guarded.level.columns.size > 0) return undefined
  const sent = { data: data.columns, ...guarded.args }
  const row = await call(session.client, model, 'create', sent)
  tagRows(session.parts.tables, model.name, 'create', sent, undefined, row)
  plan.judge.touches('create', model.name, [{ ...data.columns, ...(row as Values) }])
  return row
}

async function create(plan: Plan, { data = {} }: Arguments, selection: Arguments): Promise<unknown> {
  return await plan.create(await plan.data.read(data, plan.model.name), selection)
}

async function createAll(plan: Plan, args: Arguments): Promise<unknown> {
  const rows = await plan.rows(args)
  if (rows.length === 0) return { count: 0 }
  if (args['skipDuplicates'] === true || !(await plan.isAllowedMany(rows, false))) return undefined
  const data = rows.map(({ columns }) => columns)
  const made = await call(plan.session.client, plan.model, 'createMany', { data })
  plan.judge.touches('create', plan.model.name, data)
  return made
}

/** Writes rows, and returns them as far as others refer to them. @param selection - What is read of them after. */
type WriteAll = (plan: Plan, args: Arguments, selection?: Arguments) => Promise<readonly Values[]>

function countOf(write: WriteAll): Run {
  return async (plan, args) => ({ count: (await write(plan, args)).length })
}

/** @throws the denial if one of the rows may not be read */
function rowsOf(write: WriteAll): Run {
  return async (plan, args, selection) => {
    const { name } = plan.model
    const rows = await write(plan, args, selection)
    if (rows.length === 0) return []
    const within = { filters: [plan.store.keyed(name, rows)], questions: plan.questions }
    const found = await read(plan.session, name, 'findMany', selection, within)
    if (!Array.isArray(found) || found.length < rows.length) throw plan.judge.denial()
    return found
  }
}

async function insertAll(plan: Plan, args: Arguments, selection?: Arguments): Promise<readonly Values[]> {
  const given = await plan.rows(args)
  const rows = args['skipDuplicates'] === true ? await plan.withoutDuplicates(given) : given
  if (rows.length === 0) return []
  return await plan.apply(await plan.writer.prepareInsertAll(plan.model.name, rows), selection)
}

async function update(plan: Plan, { where, data = {} }: Arguments, selection: Arguments): Promise<unknown> {
  const own = await uniqueWhere(plan, where)
  return await plan.update(own, await plan.data.read(data, plan.model.name), selection)
}

async function updateAll(plan: Plan, args: Arguments, selection?: Arguments): Promise<readonly Values[]> {
  const { name } = plan.model
  const where = await plan.data.where(whereOf(args), name)
  const data = await plan.data.read(args['data'] ?? {}, name, false)
  const conditions = await plan.writer.conditionsOfUpdate(name, data)
  const own = await plan.limited(plan.store.all([where, ...conditions]), args)
  const apply = await plan.writer.prepareUpdate(name, data, own, undefined)
  return await plan.apply(() => apply(own), selection)
}

async function upsert(plan: Plan, args: Arguments, selection: Arguments): Promise<unknown> {
  const { name, key } = plan.model
  const where = await uniqueWhere(plan, args['where'])
  const visible = plan.store.all([where, ...(await plan.judge.before('read', name))])
  const [existing] = await plan.store.find(name, visible, key)
  // Both halves are read, so that an argument is refused whichever of them is taken.
  const [created, updated] = [await plan.data.read(args['create'], name), await plan.data.read(args['update'], name)]
  return existing ? await plan.update(where, updated, selection) : await plan.create(created, selection)
}

async function remove(plan: Plan, args: Arguments, selection: Arguments): Promise<unknown> {
  const { name } = plan.model
  const where = await uniqueWhere(plan, args['where'])
  const filters = [where, ...(await plan.judge.found('delete', name))]
  const found = await read(plan.session, name, 'findFirst', selection, { filters, questions: plan.questions })
  if (found === null) throw await plan.denial(where)
  const own = plan.store.all(filters)
  const rows = await plan.store.find(name, own, plan.writer.rules.columnsOf(name))
  if (rows.length === 0) throw plan.judge.denial(false)
  await plan.delete(rows, own)
  return found
}

async function removeAll(plan: Plan, args: Arguments): Promise<readonly Values[]> {
  const { name } = plan.model
  const own = await plan.data.where(whereOf(args), name)
  const where = await plan.limited(plan.store.all([own, ...(await plan.judge.found('delete', name))]), args)
  const rows = await plan.store.find(name, where, plan.writer.rules.columnsOf(name))
  if (rows.length > 0) await plan.delete(rows, where)
  return rows
}

/** Reads the `where` of an operation on one row. @throws UnsupportedOperationError if it names no row */
async function uniqueWhere(plan: Plan, given: unknown): Promise<Arguments> {
  const { name, uniques } = plan.model
  if (!isArguments(given) || !uniques.some(({ argument }) => given[argument] !== undefined))
    throw unknownArgument(name, 'where', given)
  return await plan.data.where(given, name)
}

/** Returns the condition of all rows that are meant. Prisma takes one that is undefined for none, so for all rows. */
function whereOf(args: Arguments): unknown {
  return 'where' in args ? args['where'] : {}
}

function selectionOf(args: Arguments): Arguments {
  return Object.fromEntries(selections.flatMap((name) => (args[name] === undefined ? [] : [[name, args[name]]])))
}

/** Whether a selection has columns alone. */
function isFlat({ select, include }: Arguments, { fields }: PrismaModel): boolean {
  if (include !== undefined) return false
  if (!isArguments(select)) return select === undefined
  return fields.every(({ kind, name }) => kind !== 'relation' || !select[name]) && !select['_count']
}
