// The plan of a write, for clients of stores. A write passes three steps, in one transaction:
//   before  `Writer.prepare…` finds the rows that it means: `Judge.found` and `RowRules.before` are their conditions
//           (`Links` for references from either side, `Cascades` for what the database deletes or detaches);
//   write   the prepared functions send the statements of a `Store`, and `Ledger` notes the rows that they touch;
//   verify  `Ledger.verify` finds each of them again by `Judge.after`, in the state without its own witnesses (`withoutWitnesses`).

import type { Data, Link, LinkRelation, Values } from './change.js'
import type { EntryOptions } from './ledger.js'
import { Links } from './links.js'
import type { Apply, ApplyTo, Insert, WriterParts } from './parts.js'
import { RowRules } from './rules.js'

/**
 * Writes rows and the rows linked to them, as a plan of statements on single models. All rows that must
 * be allowed before are found first, then all is written; `ledger.verify` tests the state after.
 */
export class Writer<Where> {
  readonly rules: RowRules<Where>
  readonly links: Links<Where>

  constructor(readonly parts: WriterParts<Where>) {
    this.rules = new RowRules(parts)
    this.links = new Links(this)
  }

  async prepareInsert(model: string, data: Data<Where>, more: readonly string[] = []): Promise<Insert> {
    const { store } = this.parts
    const fields = await this.rules.bind('create', model, [...data.names, ...more])
    this.#refer(model, data)
    const links = await this.#prepareLinks(data, undefined)
    return async (inherited = {}) => {
      const columns = { ...data.columns, ...inherited, ...(await links.references()) }
      const isDecided = this.rules.decide(model, columns)
      const [row] = await store.insert(model, [columns], this.rules.columnsOf(model))
      this.rules.ledger.created(model, [row!], { isDecided, fields, links: this.rules.linked(model, columns) })
      await links.others(row!)
      return row!
    }
  }

  /**
   * Inserts rows, without links by one statement.
   * @param more - Fields beside those of the data.
   */
  async prepareInsertAll(
    model: string,
    rows: readonly Data<Where>[],
    more: readonly string[] = [],
  ): Promise<(inherited?: Values) => Promise<readonly Values[]>> {
    const { store } = this.parts
    if (rows.some(({ links }) => links.length > 0)) {
      const inserts: Insert[] = []
      for (const data of rows) inserts.push(await this.prepareInsert(model, data, more))
      return async (inherited) => {
        const found: Values[] = []
        for (const insert of inserts) found.push(await insert(inherited))
        return found
      }
    }
    const names = [...rows.flatMap((data) => data.names), ...more]
    const fields = await this.rules.bind('create', model, names)
    for (const data of rows) this.#refer(model, data)
    return async (inherited = {}) => {
      const columns = rows.map((data) => ({ ...data.columns, ...inherited }))
      // A database can return the rows in another order. So all are tested after if one of them has to be.
      const options: EntryOptions = {
        isDecided: columns.every((one) => this.rules.decide(model, one)),
        fields,
        links: [...new Set(columns.flatMap((one) => this.rules.linked(model, one)))],
      }
      const inserted = await store.insert(model, columns, this.rules.columnsOf(model))
      this.rules.ledger.created(model, inserted, options)
      return inserted
    }
  }

  /** Returns the data of an update of one row, with the references that it leaves as they are. */
  async withPresent(model: string, data: Data<Where>, where: Where): Promise<Data<Where>> {
    const given = { ...data, present: await this.rules.present(model, data, where) }
    this.#refer(model, given, where)
    return given
  }

  /** Returns the conditions on a row before an update. */
  async conditionsOfUpdate(model: string, data: Data<Where>): Promise<readonly Where[]> {
    const { columns, names, present = [] } = data
    const before = await this.rules.before(model, names, this.#changed(model, data), isOwnChange(data))
    // Another transaction could have changed them meanwhile.
    const same = present.map(({ from }) =>
      this.parts.store.keyed(model, [Object.fromEntries(from.map((name) => [name, columns[name]]))]),
    )
    return [...before, ...same]
  }

  /**
   * Prepares the update of rows that allow it before.
   * @param before - The condition of the rows before.
   * @param row - The row with its columns of `columnsOf`, if the data has links.
   */
  async prepareUpdate(
    model: string,
    data: Data<Where>,
    before: Where,
    row: Values | undefined,
  ): Promise<(where: Where) => Promise<readonly Values[]>> {
    const { store, judge } = this.parts
    const isWritten = isOwnChange(data)
    if (!data.present) this.#refer(model, data)
    if (isWritten) await judge.filter('update', model)
    const rename = isWritten ? await this.rules.ledger.expect(model, before) : undefined
    const fields = await judge.fields('update', model, this.rules.fieldNames('update', model, data.names))
    for (const { model: other } of this.#referring(model, data)) await judge.filter('read', other)
    const links = await this.#prepareLinks(data, row)
    await store.assertUpdate(model, before, data.columns)
    const follow = await this.rules.cascades.prepareKeys(model, before, data.columns)
    return async (where) => {
      const columns = { ...data.columns, ...(await links.references()) }
      const hasColumns = Object.keys(columns).length > 0
      const rows = hasColumns
        ? await store.update(model, where, columns, this.rules.columnsOf(model))
        : row && data.links.length > 0
          ? [row]
          : await store.find(model, where, this.rules.columnsOf(model))
      rename?.(rows)
      const isChanged = (one: LinkRelation): boolean => !data.present?.includes(one)
      const changed = this.rules.linked(model, columns).filter(isChanged)
      const isMoved =
        this.rules.touched(model, columns).some(isChanged) ||
        data.links.some(({ relation }) => relation.keeper === 'join')
      if (isWritten) this.rules.ledger.changed(model, rows, { fields, links: changed, isMoved })
      await follow?.()
      for (const one of rows) await links.others(one)
      return rows
    }
  }

  async #prepareLinks(
    data: Data<Where>,
    row: Values | undefined,
  ): Promise<{ references: () => Promise<Values>; others: ApplyTo }> {
    const references: Apply<Values>[] = []
    const others: ApplyTo[] = []
    for (const link of data.links) {
      if (link.relation.keeper === 'own') references.push(await this.links.prepareReference(link, row))
      else others.push(await this.links.prepareOthers(link, row, data))
    }
    return {
      references: async () => {
        let columns: Values = {}
        for (const reference of references) columns = { ...columns, ...(await reference()) }
        return columns
      },
      others: async (written) => {
        for (const other of others) await other(written)
      },
    }
  }

  /** Returns the relations to one row that an update changes. */
  #changed(model: string, { columns, links, present }: Data<Where>): readonly LinkRelation[] {
    return this.parts.relations
      .references(model)
      .filter(
        (one) =>
          (one.from.some((column) => column in columns) && !present?.includes(one)) ||
          links.some(({ relation, step }) => relation.name === one.name && step.kind !== 'update'),
      )
  }

  /** Notes the references that data set. @param where - The row before; undefined for a new row. */
  #refer(model: string, data: Data<Where>, where?: Where): void {
    for (const relation of this.#changed(model, data)) {
      const step = data.links.find((one) => one.relation.name === relation.name)?.step
      const end = step?.kind === 'connect' ? step.where[0] : undefined
      this.parts.judge.record?.refer(relation, data.columns, where, end)
    }
  }

  /** Returns the relations to one row with a column that an update can set. */
  #referring(model: string, data: Data<Where>): readonly LinkRelation[] {
    const columns = new Set([...Object.keys(data.columns), ...data.links.flatMap(({ relation }) => relation.from)])
    return this.parts.relations.references(model).filter(({ from }) => from.some((name) => columns.has(name)))
  }
}

/** Returns whether data changes the row itself, and not only rows that refer to it. */
function isOwnChange<Where>({ columns, links }: Data<Where>): boolean {
  return Object.keys(columns).length > 0 || links.some(isOwnLink)
}

function isOwnLink<Where>({ relation, step }: Link<Where>): boolean {
  if (relation.keeper === 'own') return step.kind !== 'update'
  return relation.keeper === 'join' && !['update', 'delete'].includes(step.kind)
}
