import { type ArgumentError, invalidArgument } from '@arcturus/core/internal/writes'
import type { Data, Link, LinkRelation, LinkStep, Values } from './change.js'
import type { Apply, ApplyTo } from './parts.js'
import { type Ends, fieldsOf, none } from './rules.js'
import type { Writer } from './writer.js'

/** A relation of a row that is written. */
interface Linked<Where> {
  readonly relation: LinkRelation
  /** The row before; undefined for a new row. */
  readonly row: Values | undefined
  readonly data: Data<Where>
}

/**
 * Writes the links of a row. Both ends count: the row that holds the reference has to allow `update`, before and after,
 * also of the reference as a field, and the other has to be readable. Rows of another parent, and rows that may not be
 * read, do not exist: a database in whose way they are refuses the write.
 */
export class Links<Where> {
  constructor(private readonly writer: Writer<Where>) {}

  /**
   * Prepares a relation whose reference is in the row itself.
   * @param row - The row before; undefined for a new row.
   * @returns the columns of the reference
   */
  async prepareReference({ relation, step }: Link<Where>, row: Values | undefined): Promise<Apply<Values>> {
    const { store } = this.writer.parts
    const { model } = relation
    const refer = (other: Values): Values => pairs(relation.from, relation.to, other)
    const detached = Object.fromEntries(relation.from.map((name) => [name, null]))
    const update = async (where: Where | undefined, change: Data<Where>): Promise<Apply<Values>> => {
      const apply = await this.#prepareUpdates(model, this.#belonging(relation, row, where), change, false)
      return async () => {
        await apply()
        return {}
      }
    }
    switch (step.kind) {
      case 'create': {
        const insert = await this.writer.prepareInsert(model, step.data[0]!)
        return async () => refer(await insert())
      }
      case 'connect':
        return await this.#prepareReferred(relation, step.where[0]!, row)
      case 'connectOrCreate': {
        const [existing] = await this.#visible(model, step.where)
        if (existing) return await this.#prepareReferred(relation, step.where, row)
        const insert = await this.writer.prepareInsert(model, step.create)
        return async () => refer(await insert())
      }
      case 'disconnect': {
        if (!relation.nullable) throw required(relation)
        if (step.where) await this.#readable(model, this.#belonging(relation, row, step.where[0]))
        return async () => detached
      }
      case 'update':
        return await update(step.where, step.data)
      case 'upsert': {
        if (row && (await this.#visible(model, store.linked(relation, row))).length > 0)
          return await update(step.where, step.update)
        const insert = await this.writer.prepareInsert(model, step.create)
        return async () => refer(await insert())
      }
      case 'delete':
      case 'set':
        throw invalidArgument(`\`${step.kind}\` of "${relation.name}" is not supported.`, {
          hint: 'disconnect the row, and delete it with an operation of its own',
        })
    }
  }

  /** Refers to a readable row. If one row alone can refer to it, the row that does so now is pushed out. */
  async #prepareReferred(relation: LinkRelation, where: Where, row: Values | undefined): Promise<Apply<Values>> {
    const { store } = this.writer.parts
    const { owner, from, to } = relation
    const columns = pairs(from, to, await this.#readable(relation.model, where))
    if (!relation.unique) return async () => columns
    const referring = store.keyed(owner, [columns])
    const holders = await this.#visible(owner, referring)
    if (
      holders.length === 0 ||
      (row && this.writer.rules.textOf(owner, holders[0]!) === this.writer.rules.textOf(owner, row))
    )
      return async () => columns
    if (!relation.nullable) throw this.writer.parts.judge.denial()
    const { rules } = this.writer
    const conditions = await rules.before(owner, [relation.name], [relation])
    const fields = await rules.bind('update', owner, [relation.name])
    await rules.expect(owner, await this.#found(owner, referring, conditions, false))
    return async () => {
      const keys = this.#keyed(owner, holders)
      const nulls = Object.fromEntries(from.map((name) => [name, null]))
      const rows = await store.update(owner, keys, nulls, rules.columnsOf(owner))
      rules.moved(owner, { ...none, rows, fields })
      return columns
    }
  }

  /**
   * Prepares a relation whose references are in other rows, or between the rows.
   * @param row - The row before; undefined for a new row, which has no related rows.
   * @param data - What the row gets.
   */
  async prepareOthers({ relation, step }: Link<Where>, row: Values | undefined, data: Data<Where>): Promise<ApplyTo> {
    const { model } = relation
    const link = { relation, row, data }
    switch (step.kind) {
      case 'create':
        return await this.#prepareCreate(link, step.data)
      case 'connect':
        return await this.#prepareConnect(link, step.where)
      case 'connectOrCreate': {
        const [existing] = await this.#visible(model, step.where)
        return existing
          ? await this.#prepareConnect(link, [step.where])
          : await this.#prepareCreate(link, [step.create])
      }
      case 'disconnect': {
        if (relation.keeper === 'other' && !relation.nullable) throw required(relation)
        const wheres = (step.where ?? [undefined]).map((where) => this.#belonging(relation, row, where))
        return this.#detach(relation, await this.#linkable(link, wheres))
      }
      case 'set':
        return await this.#prepareSet(link, step.where)
      case 'update':
        return await this.#prepareUpdates(model, this.#belonging(relation, row, step.where), step.data, step.many)
      case 'upsert':
        return await this.#prepareUpsert(link, step)
      case 'delete':
        return await this.prepareDelete(model, this.#belonging(relation, row, step.where), step.many)
    }
  }

  /**
   * Prepares the deletion of rows.
   * @param many - Whether there may be none.
   */
  async prepareDelete(model: string, where: Where, many: boolean): Promise<Apply> {
    const rows = await this.#found(model, where, await this.writer.parts.judge.found('delete', model), many)
    if (rows.length === 0) return async () => {}
    // By their keys alone: an earlier statement of the same write can change what a condition reads.
    return await this.prepareDeleteOf(model, rows)
  }

  /**
   * Prepares the deletion of rows that allow it.
   * @param where - The condition by which they were found, which another transaction can have changed.
   */
  async prepareDeleteOf(model: string, rows: readonly Values[], where?: Where): Promise<Apply> {
    const { store, judge } = this.writer.parts
    const after = await this.writer.rules.cascades.prepare(model, rows)
    return async () => {
      const count = await store.delete(model, this.writer.rules.keysOf(model, rows), where)
      if (count !== rows.length) throw judge.denial()
      this.writer.rules.ledger.deleted(model, rows)
      await after()
    }
  }

  async #prepareCreate(link: Linked<Where>, data: readonly Data<Where>[]): Promise<ApplyTo> {
    const { relation } = link
    const { model, keeper, from, to } = relation
    const insert = await this.writer.prepareInsertAll(model, data, fieldsOf(relation))
    if (keeper === 'join') return async (row) => await this.writer.parts.store.join(relation, row, await insert(), [])
    const detach = this.#isReplaced(link) ? await this.#prepareSet(link, []) : undefined
    return async (row) => {
      await detach?.(row)
      await insert(pairs(to, from, row))
    }
  }

  async #prepareConnect(link: Linked<Where>, wheres: readonly Where[]): Promise<ApplyTo> {
    if (this.#isReplaced(link)) return await this.#prepareSet(link, wheres)
    return this.#attach(link.relation, await this.#linkable(link, wheres, true))
  }

  /** Returns whether the row that a relation leads to makes way for another. */
  #isReplaced({ relation, row }: Linked<Where>): boolean {
    return !relation.many && row !== undefined
  }

  #attach(relation: LinkRelation, others: Ends): ApplyTo {
    const { store } = this.writer.parts
    const { rules } = this.writer
    const { model } = relation
    if (relation.keeper === 'join') return async (row) => await this.#join(relation, row, others, none)
    const inverse = rules.inverse(relation)
    return async (row) => {
      const columns = pairs(relation.to, relation.from, row)
      const rows = await store.update(model, this.#keyed(model, others.rows), columns, rules.columnsOf(model))
      rules.moved(model, { ...others, rows }, inverse && [inverse])
    }
  }

  async #prepareSet(link: Linked<Where>, where: readonly Where[]): Promise<ApplyTo> {
    const { relation, row } = link
    const { store } = this.writer.parts
    const { model } = relation
    const targets = where.length > 0 ? await this.#linkable(link, where, true) : none
    const current = row ? await this.#visible(model, store.linked(relation, row)) : []
    const [wanted, present] = [targets.rows, current].map(
      (rows) => new Set(rows.map((one) => this.writer.rules.textOf(model, one))),
    )
    const removed = current.filter((one) => !wanted!.has(this.writer.rules.textOf(model, one)))
    const added = targets.rows.filter((one) => !present!.has(this.writer.rules.textOf(model, one)))
    let detached = none
    if (removed.length > 0) {
      if (relation.keeper === 'other' && !relation.nullable) throw this.writer.parts.judge.denial()
      detached = await this.#linkable(link, [this.#keyed(model, removed)], false, true)
      if (detached.rows.length < removed.length) throw this.writer.parts.judge.denial()
    }
    const attached = { ...targets, rows: added }
    if (relation.keeper === 'join') return async (one) => await this.#join(relation, one, attached, detached)
    return async (one) => {
      if (removed.length > 0) await this.#detach(relation, detached)(one)
      if (added.length > 0) await this.#attach(relation, attached)(one)
    }
  }

  async #prepareUpsert(link: Linked<Where>, step: Extract<LinkStep<Where>, { kind: 'upsert' }>): Promise<ApplyTo> {
    const { relation, row } = link
    const { model } = relation
    const where = row && this.#belonging(relation, row, step.where)
    if (where === undefined || (await this.#visible(model, where)).length === 0)
      return await this.#prepareCreate(link, [step.create])
    return await this.#prepareUpdates(model, where, step.update, false)
  }

  /** Prepares the update of all rows of a condition: each of them has to allow it. */
  async #prepareUpdates(model: string, where: Where, given: Data<Where>, many: boolean): Promise<Apply> {
    const { judge } = this.writer.parts
    const data = many ? given : await this.writer.withPresent(model, given, where)
    const conditions = await this.writer.conditionsOfUpdate(model, data)
    const rows = await this.#found(model, where, conditions, many)
    if (rows.length === 0) return async () => {}
    if (many && data.links.length > 0) throw judge.denial()
    const keyed = this.#keyed(model, rows)
    const update = await this.writer.prepareUpdate(model, data, keyed, rows[0])
    return async () => {
      const updated = await update(keyed)
      if (updated.length !== rows.length) throw judge.denial()
    }
  }

  #detach(relation: LinkRelation, others: Ends): ApplyTo {
    const { store } = this.writer.parts
    const { rules } = this.writer
    const { model } = relation
    if (relation.keeper === 'join') return async (row) => await this.#join(relation, row, none, others)
    const columns = Object.fromEntries(relation.to.map((name) => [name, null]))
    return async () => {
      const rows = await store.update(model, this.#keyed(model, others.rows), columns, rules.columnsOf(model))
      rules.moved(model, { ...others, rows })
    }
  }

  /** Adds and removes rows of a table between two models: both ends have to allow it after, too. */
  async #join(relation: LinkRelation, row: Values, added: Ends, removed: Ends): Promise<void> {
    if (added.rows.length + removed.rows.length === 0) return
    await this.writer.parts.store.join(relation, row, added.rows, removed.rows)
    for (const ends of [added, removed]) this.writer.rules.moved(relation.model, ends, [], true)
  }

  /** Returns the rows of conditions whose link to a row may change, as `RowRules.linkable`. */
  async #linkable(
    { relation, row, data }: Linked<Where>,
    wheres: readonly Where[],
    isAdded?: boolean,
    many?: boolean,
  ): Promise<Ends> {
    const { rules, parts } = this.writer
    const { owner } = relation
    const own = async (): Promise<Values | undefined> =>
      row
        ? (await parts.store.find(owner, this.#keyed(owner, [row]), parts.allColumns(owner)))[0]
        : this.#newRow(owner, data)
    return await rules.linkable({ relation, own, isNew: row === undefined }, wheres, isAdded, many)
  }

  /** Returns the columns that are known of a new row. Those of its references can come from other rows. */
  #newRow(model: string, { columns }: Data<Where>): Values {
    const { knownValues, relations } = this.writer.parts
    const known = { ...knownValues(model, columns) }
    for (const name of relations.references(model).flatMap(({ from }) => from)) {
      if (!(name in columns)) delete known[name]
    }
    return known
  }

  /** Returns the row of a condition that may be read. @throws the denial of a missing row if there is none */
  async #readable(model: string, where: Where): Promise<Values> {
    const [other] = await this.#visible(model, where)
    if (!other) throw this.writer.parts.judge.denial(false)
    return other
  }

  /** Returns all rows of a condition. @throws the denial if a readable one does not fulfil further ones, or if there is none */
  async #found(model: string, where: Where, conditions: readonly Where[], many: boolean): Promise<readonly Values[]> {
    const { store, judge } = this.writer.parts
    const rows = await this.#find(model, store.all([where, ...conditions]))
    if (many && conditions.length > 0 && (await this.#visible(model, where)).length > rows.length) throw judge.denial()
    if (many || rows.length > 0) return rows
    throw judge.denial((await this.#visible(model, where)).length > 0)
  }

  #belonging(relation: LinkRelation, row: Values | undefined, where: Where | undefined): Where {
    const { store, judge } = this.writer.parts
    if (!row) throw judge.denial(false)
    const linked = store.linked(relation, row)
    return where === undefined ? linked : store.all([linked, where])
  }

  /** Returns the condition of rows by their keys. */
  #keyed(model: string, rows: readonly Values[]): Where {
    return this.writer.parts.store.keyed(model, this.writer.rules.keysOf(model, rows))
  }

  /** Returns the rows of a condition that may be read: to the actor, others do not exist. */
  async #visible(model: string, where: Where): Promise<readonly Values[]> {
    const { store, judge } = this.writer.parts
    return await this.#find(model, store.all([where, ...(await judge.before('read', model))]))
  }

  async #find(model: string, where: Where): Promise<readonly Values[]> {
    return await this.writer.parts.store.find(model, where, this.writer.rules.columnsOf(model))
  }
}

/** Returns columns with the values that other columns of a row have. */
function pairs(columns: readonly string[], from: readonly string[], row: Values): Values {
  return Object.fromEntries(columns.map((name, at) => [name, row[from[at]!]]))
}

function required({ name }: LinkRelation): ArgumentError {
  return invalidArgument(`The reference of "${name}" cannot be null.`, {
    hint: 'connect another row, or delete the row that has the reference',
  })
}
