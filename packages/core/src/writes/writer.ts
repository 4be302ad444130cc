import { Cascades } from './cascades.js'
import type { Data, Link, LinkRelation, Values } from './change.js'
import { type EntryOptions, Ledger } from './ledger.js'
import { Links } from './links.js'
import type { Apply, ApplyTo, Insert, RowWriter, WriterParts } from './parts.js'

/**
 * Writes rows and the rows linked to them, as a plan of statements on single models. All rows that must
 * be allowed before are found first, then all is written; `ledger.verify` tests the state after.
 */
export class Writer<Where> implements RowWriter<Where> {
  readonly parts: WriterParts<Where>
  readonly ledger: Ledger<Where>
  readonly cascades: Cascades<Where>
  readonly links: Links<Where>

  constructor(parts: WriterParts<Where>) {
    this.parts = parts
    this.ledger = new Ledger(parts.store, parts.judge, parts.keyOf)
    this.cascades = new Cascades(parts, this.ledger)
    this.links = new Links(this)
  }

  /** Returns the key of a model, the columns that other rows refer to, and its own references. */
  columnsOf(model: string): readonly string[] {
    const { keyOf, relations } = this.parts
    const referred = relations.dependents(model).flatMap(({ relation }) => relation.to)
    return [...new Set([...keyOf(model), ...referred, ...relations.references(model).flatMap(({ from }) => from)])]
  }

  async prepareInsert(model: string, data: Data<Where>): Promise<Insert> {
    const { store, judge } = this.parts
    await judge.filter('create', model)
    const fields = await judge.fields('create', model, this.fieldNames('create', model, data))
    const links = await this.#prepareLinks(data, undefined)
    await this.#bindReferences(model)
    return async (inherited = {}) => {
      const columns = { ...data.columns, ...inherited, ...(await links.references()) }
      const isDecided = this.#decide(model, columns)
      const [row] = await store.insert(model, [columns], this.columnsOf(model))
      this.ledger.created(model, row!, { isDecided, fields, links: this.#linked(model, columns) })
      await links.others(row!)
      return row!
    }
  }

  /** Inserts rows without links by one statement. */
  async prepareInsertAll(
    model: string,
    rows: readonly Data<Where>[],
  ): Promise<(inherited?: Values) => Promise<readonly Values[]>> {
    const { store, judge } = this.parts
    if (rows.some(({ links }) => links.length > 0)) {
      const inserts: Insert[] = []
      for (const data of rows) inserts.push(await this.prepareInsert(model, data))
      return async (inherited) => {
        const found: Values[] = []
        for (const insert of inserts) found.push(await insert(inherited))
        return found
      }
    }
    await judge.filter('create', model)
    const names = rows.flatMap((data) => this.fieldNames('create', model, data))
    const fields = await judge.fields('create', model, names)
    await this.#bindReferences(model)
    return async (inherited = {}) => {
      const columns = rows.map((data) => ({ ...data.columns, ...inherited }))
      // A database can return the rows in another order. So all are tested after if one of them has to be.
      const options: EntryOptions = {
        isDecided: columns.every((one) => this.#decide(model, one)),
        fields,
        links: [...new Set(columns.flatMap((one) => this.#linked(model, one)))],
      }
      const inserted = await store.insert(model, columns, this.columnsOf(model))
      for (const row of inserted) this.ledger.created(model, row, options)
      return inserted
    }
  }

  /** Returns the conditions on a row before an update. */
  async conditionsOfUpdate(model: string, data: Data<Where>): Promise<readonly Where[]> {
    const { judge } = this.parts
    const isWritten = isOwnChange(data)
    const conditions = [...(await judge.before(isWritten ? 'update' : 'read', model))]
    for (const field of await judge.fields('update', model, this.fieldNames('update', model, data)))
      conditions.push(...(await judge.before('update', model, field)))
    for (const relation of this.#changed(model, data)) conditions.push(...(await this.readableEnds(relation)))
    return conditions
  }

  /** Returns the conditions of the rows whose relation to one row leads to none, or to one that may be read. */
  async readableEnds(relation: LinkRelation): Promise<readonly Where[]> {
    const { store, judge } = this.parts
    const readable = await judge.before('read', relation.model)
    return readable.length > 0 ? [store.related(relation, store.all(readable))] : []
  }

  /**
   * Prepares the update of rows that allow it before.
   * @param row - The row with its columns of `columnsOf`, if the data has links.
   */
  async prepareUpdate(
    model: string,
    data: Data<Where>,
    row: Values | undefined,
  ): Promise<(where: Where) => Promise<readonly Values[]>> {
    const { store, judge } = this.parts
    const isWritten = isOwnChange(data)
    if (isWritten) await judge.filter('update', model)
    const fields = await judge.fields('update', model, this.fieldNames('update', model, data))
    await this.#bindReferences(model)
    const links = await this.#prepareLinks(data, row)
    return async (where) => {
      const columns = { ...data.columns, ...(await links.references()) }
      const hasColumns = Object.keys(columns).length > 0
      const rows = hasColumns
        ? await store.update(model, where, columns, this.columnsOf(model))
        : await store.find(model, where, this.columnsOf(model))
      const changed = this.#linked(model, columns)
      const isMoved = this.#touches(model, columns) || data.links.some(({ relation }) => relation.keeper === 'join')
      if (isWritten) for (const one of rows) this.ledger.changed(model, one, { fields, links: changed, isMoved })
      for (const one of rows) await links.others(one)
      return rows
    }
  }

  /** Decides about a new row by its values. @throws the denial */
  #decide(model: string, columns: Values): boolean {
    const { judge, knownValues } = this.parts
    const decided = judge.decide('create', model, knownValues(model, columns))
    if (decided === false) throw judge.denial()
    return decided === true
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

  /** Binds the filters of the rows that a row can refer to. */
  async #bindReferences(model: string): Promise<void> {
    for (const { model: other } of this.parts.relations.references(model)) await this.parts.judge.filter('read', other)
  }

  /** Returns the relations to one row that columns set to a row. */
  #linked(model: string, columns: Values): readonly LinkRelation[] {
    return this.parts.relations
      .references(model)
      .filter(({ from }) => from.some((name) => name in columns) && from.every((name) => columns[name] !== null))
  }

  /** Returns the relations to one row that an update changes. */
  #changed(model: string, { columns, links }: Data<Where>): readonly LinkRelation[] {
    return this.parts.relations
      .references(model)
      .filter(
        ({ name, from }) =>
          from.some((column) => column in columns) ||
          links.some(({ relation, step }) => relation.name === name && step.kind !== 'update'),
      )
  }

  #touches(model: string, columns: Values): boolean {
    return this.parts.relations.references(model).some(({ from }) => from.some((name) => name in columns))
  }

  /**
   * Returns the fields that the policy has to allow: those that the data names. A relation counts as
   * itself and as its columns, and a column as its relation if the policy names that one.
   */
  fieldNames(kind: 'create' | 'update', model: string, { names }: Data<Where>): readonly string[] {
    const { judge, relations } = this.parts
    const others = relations.references(model).flatMap(({ name, from }) => {
      if (names.includes(name)) return from
      return from.some((column) => names.includes(column)) && judge.namesField(kind, model, name) ? [name] : []
    })
    return [...names, ...others]
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
