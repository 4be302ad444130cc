import { type Data, Judge, type RowsFilter, type Values, Writer, writeDenial } from '@arcturus/writes'
import { type Arguments, isArguments } from '../literal.js'
import { tagRows } from '../rows/rows.js'
import { type PrismaClientLike, property } from '../schema/fromClient.js'
import type { PrismaModel } from '../schema/schema.js'
import { call } from './call.js'
import { unknownArgument } from './conditions.js'
import { withoutDuplicates } from './duplicates.js'
import { knownValues } from './knownValues.js'
import type { RawClient } from './options.js'
import { Questions } from './questions.js'
import { read, readingFor } from './read.js'
import type { Reading } from './reading.js'
import { refusedOperation } from './refused.js'
import { type Session, transaction } from './session.js'
import { PrismaStore } from './store.js'
import { assertKeys, WriteData } from './writeData.js'

/** Runs an operation that changes rows. */
export async function write(session: Session, model: string, operation: string, args: Arguments): Promise<unknown> {
  const run = operations[operation]
  if (!run) throw refusedOperation(operation)
  assertKeys(args, run.args, model)
  try {
    return await run.run(session, model, args)
  } catch (error) {
    throw hiddenCodes.has(String(property(error, 'code'))) ? writeDenial(session.actor) : error
  }
}

type Run = (session: Session, model: string, args: Arguments) => Promise<unknown>

const selections = ['select', 'include', 'omit'] as const

const operations: Readonly<Record<string, { readonly args: readonly string[]; readonly run: Run }>> = {
  create: { args: ['data', ...selections], run: create },
  createMany: { args: ['data', 'skipDuplicates'], run: createMany },
  createManyAndReturn: { args: ['data', 'skipDuplicates', ...selections], run: createManyAndReturn },
  update: { args: ['where', 'data', ...selections], run: update },
  updateMany: { args: ['where', 'data', 'limit'], run: updateMany },
  updateManyAndReturn: { args: ['where', 'data', 'limit', ...selections], run: updateManyAndReturn },
  upsert: { args: ['where', 'create', 'update', ...selections], run: upsert },
  delete: { args: ['where', ...selections], run: remove },
  deleteMany: { args: ['where', 'limit'], run: removeMany },
}

export const writeOperations: readonly string[] = Object.keys(operations)

/** Errors of Prisma that would tell that a hidden row exists: unique values, references, missing rows. */
const hiddenCodes: ReadonlySet<string> = new Set(['P2002', 'P2003', 'P2014', 'P2015', 'P2017', 'P2018', 'P2025'])

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
    this.judge = new Judge(questions, session.actions, print, parts.triggers)
    this.store = new PrismaStore(client, tables)
    this.data = new WriteData(tables, relations, this.reading.conditions)
    this.writer = new Writer({
      store: this.store,
      judge: this.judge,
      relations,
      keyOf: (of) => tables.model(of)!.key,
      allColumns: (of) => tables.model(of)!.fields.flatMap(({ kind, name }) => (kind === 'relation' ? [] : [name])),
      knownValues: (of, columns) => this.#known(tables.model(of)!, columns),
      trustsCascades: session.trustsCascades,
    })
  }

  #known(model: PrismaModel, columns: Values, isComplete = true): Values {
    return knownValues(this.session.parts.authorizer, model, columns, isComplete)
  }

  /** Binds all filters of the result, and those of a refusal, before the first row is written. */
  async seal(selection: Arguments | undefined): Promise<void> {
    const { name } = this.model
    await this.judge.filter('read', name)
    if (selection) await this.reading.selection(selection, name)
    this.judge.seal()
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
    const [row] = await this.store.find(name, this.store.all([where, ...readable]), key)
    return this.judge.denial(row !== undefined)
  }

  /** Updates a row and the rows linked to it. @param where - All rows that the caller means. */
  async update(where: Arguments, data: Data<Arguments>, selection: Arguments): Promise<unknown> {
    const { name } = this.model
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
  async areAllowed(rows: readonly Data<Arguments>[], isRead: boolean): Promise<boolean> {
    const { name } = this.model
    const names = rows.flatMap((data) => this.writer.rules.fieldNames('create', name, data.names))
    const fields = await this.judge.fields('create', name, names)
    for (const { columns, links } of rows) {
      const known = this.#known(this.model, columns, links.length === 0)
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
      (columns) => this.#known(this.model, columns),
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
    const rows = await this.store.find(name, where, key, limit)
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

/** Runs a plan in a transaction. */
function planned<Result>(session: Session, model: string, run: (plan: Plan) => Promise<Result>): Promise<Result> {
  return transaction(session, async (own) => {
    // Sound: every client of Prisma has it.
    await session.parts.beforeWrite?.(own.client as PrismaClientLike & RawClient, session.actor)
    return await run(new Plan(own, model))
  })
}

/**
 * Runs a plan by one statement if everything about it is known before; else in a transaction. Within one, that
 * statement, too, is undone alone.
 * @param single - Returns undefined if something is not known.
 */
async function singly(
  session: Session,
  model: string,
  single: (plan: Plan) => Promise<unknown>,
  run: (plan: Plan) => Promise<unknown>,
): Promise<unknown> {
  const isWithin = session.isTransaction || session.parts.beforeWrite !== undefined
  const known = isWithin ? undefined : await single(new Plan(session, model))
  return known ?? planned(session, model, async (plan) => (isWithin && (await single(plan))) || run(plan))
}

async function create(session: Session, model: string, args: Arguments): Promise<unknown> {
  const selection = selectionOf(args)
  const single = async (plan: Plan): Promise<unknown> => {
    const data = await plan.data.read(args['data'] ?? {}, model)
    if (!(await plan.areAllowed([data], true)) || !isFlat(selection, plan.model)) return undefined
    const guarded = await plan.reading.selection(selection, model)
    if (guarded.level.columns.size > 0) return undefined
    const sent = { data: data.columns, ...guarded.args }
    const row = await call(plan.session.client, model, 'create', sent)
    tagRows(session.parts.tables, model, 'create', sent, undefined, row)
    return row
  }
  return await singly(session, model, single, async (plan) =>
    plan.create(await plan.data.read(args['data'] ?? {}, model), selection),
  )
}

async function createMany(session: Session, model: string, args: Arguments): Promise<unknown> {
  const single = async (plan: Plan): Promise<unknown> => {
    const rows = await rowsOf(plan, args)
    if (rows.length === 0) return { count: 0 }
    if (args['skipDuplicates'] === true || !(await plan.areAllowed(rows, false))) return undefined
    return await call(plan.session.client, model, 'createMany', { data: rows.map(({ columns }) => columns) })
  }
  return await singly(session, model, single, async (plan) => ({
    count: (await insertAll(plan, args, undefined)).length,
  }))
}

function createManyAndReturn(session: Session, model: string, args: Arguments): Promise<unknown> {
  const selection = selectionOf(args)
  return planned(session, model, async (plan) => await readAll(plan, await insertAll(plan, args, selection), selection))
}

async function insertAll(plan: Plan, args: Arguments, selection: Arguments | undefined): Promise<readonly Values[]> {
  const given = await rowsOf(plan, args)
  const rows = args['skipDuplicates'] === true ? await plan.withoutDuplicates(given) : given
  if (rows.length === 0) return []
  const insert = await plan.writer.prepareInsertAll(plan.model.name, rows)
  await plan.seal(selection)
  const inserted = await insert()
  await plan.writer.rules.ledger.verify()
  return inserted
}

/** Reads rows that were written. @throws the denial if one of them may not be read */
async function readAll(plan: Plan, rows: readonly Values[], selection: Arguments): Promise<unknown> {
  const { name } = plan.model
  if (rows.length === 0) return []
  const own = [plan.store.keyed(name, rows)]
  const found = await read(plan.session, name, 'findMany', selection, { filters: own, questions: plan.questions })
  if (!Array.isArray(found) || found.length < rows.length) throw plan.judge.denial()
  return found
}

async function rowsOf(plan: Plan, { data }: Arguments): Promise<readonly Data<Arguments>[]> {
  const rows: Data<Arguments>[] = []
  for (const one of [data].flat()) rows.push(await plan.data.read(one, plan.model.name, false))
  return rows
}

function update(session: Session, model: string, args: Arguments): Promise<unknown> {
  return planned(session, model, async (plan) => {
    const where = await uniqueWhere(plan, args['where'])
    return await plan.update(where, await plan.data.read(args['data'] ?? {}, model), selectionOf(args))
  })
}

async function updateAll(plan: Plan, args: Arguments, selection: Arguments | undefined): Promise<readonly Values[]> {
  const { name } = plan.model
  const where = await plan.data.where(args['where'] ?? {}, name)
  const data = await plan.data.read(args['data'] ?? {}, name, false)
  const conditions = await plan.writer.conditionsOfUpdate(name, data)
  const own = await plan.limited(plan.store.all([where, ...conditions]), args)
  const apply = await plan.writer.prepareUpdate(name, data, own, undefined)
  await plan.seal(selection)
  const rows = await apply(own)
  await plan.writer.rules.ledger.verify()
  return rows
}

function updateMany(session: Session, model: string, args: Arguments): Promise<unknown> {
  return planned(session, model, async (plan) => ({ count: (await updateAll(plan, args, undefined)).length }))
}

function updateManyAndReturn(session: Session, model: string, args: Arguments): Promise<unknown> {
  const selection = selectionOf(args)
  return planned(session, model, async (plan) => await readAll(plan, await updateAll(plan, args, selection), selection))
}

function upsert(session: Session, model: string, args: Arguments): Promise<unknown> {
  const selection = selectionOf(args)
  return planned(session, model, async (plan) => {
    const where = await uniqueWhere(plan, args['where'])
    const visible = plan.store.all([where, ...(await plan.judge.before('read', model))])
    const [existing] = await plan.store.find(model, visible, plan.model.key)
    // Both halves are read, so that an argument is refused whichever of them is taken.
    const [created, updated] = [
      await plan.data.read(args['create'], model),
      await plan.data.read(args['update'], model),
    ]
    return existing ? await plan.update(where, updated, selection) : await plan.create(created, selection)
  })
}

function remove(session: Session, model: string, args: Arguments): Promise<unknown> {
  const selection = selectionOf(args)
  return planned(session, model, async (plan) => {
    const where = await uniqueWhere(plan, args['where'])
    const allowed = await plan.judge.found('delete', model)
    const filters = [where, ...allowed]
    const found = await read(plan.session, model, 'findFirst', selection, { filters, questions: plan.questions })
    if (found === null) throw await plan.denial(where)
    const own = plan.store.all([where, ...allowed])
    const rows = await plan.store.find(model, own, plan.writer.rules.columnsOf(model))
    if (rows.length === 0) throw plan.judge.denial(false)
    const apply = await plan.writer.links.prepareDeleteOf(model, rows, own)
    await plan.seal(undefined)
    await apply()
    await plan.writer.rules.ledger.verify()
    return found
  })
}

async function removeMany(session: Session, model: string, args: Arguments): Promise<unknown> {
  return await planned(session, model, async (plan) => {
    const own = await plan.data.where(args['where'] ?? {}, model)
    const allowed = plan.store.all([own, ...(await plan.judge.found('delete', model))])
    const where = await plan.limited(allowed, args)
    const rows = await plan.store.find(model, where, plan.writer.rules.columnsOf(model))
    if (rows.length === 0) return { count: 0 }
    const apply = await plan.writer.links.prepareDeleteOf(model, rows, where)
    await plan.seal(undefined)
    await apply()
    await plan.writer.rules.ledger.verify()
    return { count: rows.length }
  })
}

/** Reads the `where` of an operation on one row. @throws UnsupportedOperationError if it names no row */
async function uniqueWhere(plan: Plan, given: unknown): Promise<Arguments> {
  const { name, uniques } = plan.model
  if (!isArguments(given) || !uniques.some(({ argument }) => given[argument] !== undefined))
    throw unknownArgument(name, 'where', given)
  return await plan.data.where(given, name)
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
