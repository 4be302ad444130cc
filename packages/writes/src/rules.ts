import { Cascades } from './cascades.js'
import type { LinkRelation, Values } from './change.js'
import { findKeyed } from './findKeyed.js'
import { keyText, Ledger } from './ledger.js'
import type { RuleParts } from './parts.js'
import type { WrittenReferences } from './record.js'

/** The columns that a row gets, and the fields by which the caller named them. */
export interface RowChange {
  readonly columns: Values
  readonly names: readonly string[]
}

/** A relation of a row that gets or loses other rows. */
export interface LinkEnd {
  readonly relation: LinkRelation
  /** Returns the row with all its columns, for rules of `allow_link`; undefined if the actor may not read it. */
  readonly own: () => Promise<Values | undefined>
  /** Whether the same write inserts the row. */
  readonly isNew: boolean
}

/** The rows at the other end of links. */
export interface Ends {
  readonly rows: readonly Values[]
  /** The texts of the keys of those whose links `allow_link` allows, so that they need not allow `update`. */
  readonly granted: ReadonlySet<string>
  /** The fields of the others that the link writes, and whose permission depends on the row. */
  readonly fields: readonly string[]
}

export const none: Ends = { rows: [], granted: new Set(), fields: [] }

/** What has to be true of rows before and after they are written, whoever writes them. */
export class RowRules<Where> {
  readonly ledger: Ledger<Where>
  readonly cascades: Cascades<Where>

  constructor(private readonly parts: RuleParts<Where>) {
    this.ledger = new Ledger(parts)
    this.cascades = new Cascades(parts, this.ledger, this.fieldNames.bind(this))
  }

  /** Returns the key of a model, the columns that other rows refer to, and its own references. */
  columnsOf(model: string): readonly string[] {
    const { keyOf, relations } = this.parts
    const referred = relations.dependents(model).flatMap(({ relation }) => relation.to)
    return [...new Set([...keyOf(model), ...referred, ...relations.references(model).flatMap(({ from }) => from)])]
  }

  /**
   * Binds the filters that rows have to fulfil after they are created or changed.
   * @param mayGrant - Whether other rules can allow the update.
   * @returns the fields whose permission depends on the row
   * @throws ForbiddenError, UnauthenticatedError if the actor may not write one of the fields to any row
   */
  async bind(
    kind: 'create' | 'update',
    model: string,
    names: readonly string[],
    mayGrant = false,
  ): Promise<readonly string[]> {
    const { judge, relations } = this.parts
    await judge.filter(kind, model)
    const fields = await judge.fields(kind, model, this.fieldNames(kind, model, names), mayGrant)
    for (const { model: other } of relations.references(model)) await judge.filter('read', other)
    return fields
  }

  /**
   * Returns the conditions on a row before an update.
   * @param changed - The relations whose reference changes.
   * @param mayGrant - Whether other rules can allow the update of rows that do not fulfil them.
   */
  async before(
    model: string,
    names: readonly string[],
    changed: readonly LinkRelation[],
    isWritten = true,
    mayGrant = false,
  ): Promise<readonly Where[]> {
    const { judge } = this.parts
    const conditions = [...(isWritten ? await judge.found('update', model) : await judge.before('read', model))]
    for (const field of await judge.fields('update', model, this.fieldNames('update', model, names), mayGrant))
      conditions.push(...(await judge.before('update', model, field)))
    for (const relation of changed) conditions.push(...(await this.readableEnds(relation)))
    return conditions
  }

  /** Returns the conditions of the rows whose relation to one row leads to none, or to one that may be read. */
  async readableEnds(relation: LinkRelation): Promise<readonly Where[]> {
    const { store, judge } = this.parts
    const readable = await judge.before('read', relation.model)
    return readable.length > 0 ? [store.related(relation, store.all(readable))] : []
  }

  /** Returns the first relation that a write set to a row which the actor may not read, or took from one. */
  async unreadable(references: Iterable<WrittenReferences<Where>>): Promise<string | undefined> {
    const { store, judge } = this.parts
    for (const { relation, keys, ends, before } of references) {
      const { name, owner, model, from, to } = relation
      const readable = await judge.before('read', model)
      if (readable.length === 0) continue
      if ((await findKeyed(store, model, [...keys.values()], readable, to)).length < keys.size) return name
      for (const end of ends) if ((await store.find(model, store.all([end, ...readable]), to)).length === 0) return name
      for (const where of before) {
        // An actor who may not read the column learns nothing of the row that it leads to.
        const shown = [where, ...(await judge.before('read', owner)), ...(await judge.showing(owner, from))]
        const rows = await store.find(owner, store.all(shown), from)
        const kept = await store.find(owner, store.all([...shown, ...(await this.readableEnds(relation))]), from)
        if (kept.length < rows.length) return name
      }
    }
    return undefined
  }

  /**
   * Returns the references of one row that columns leave as they are. Their ends need not be readable, if the actor
   * may read the columns: else, a guess would tell a hidden one.
   */
  async present(model: string, { columns, names }: RowChange, where: Where): Promise<readonly LinkRelation[]> {
    const { store, judge } = this.parts
    const found: LinkRelation[] = []
    for (const relation of this.linked(model, columns)) {
      const { name, from } = relation
      const isGiven = from.every((column) => typeof columns[column] !== 'object' && columns[column] !== undefined)
      if (!isGiven || (await this.readableEnds(relation)).length === 0) continue
      const fields = [...from, ...(names.includes(name) ? [name] : [])]
      const shown = [...(await judge.before('read', model)), ...(await judge.showing(model, fields))]
      const [row, ...others] = await store.find(model, store.all([where, ...shown]), from)
      const isSame = row && keyText(model, from, row) === keyText(model, from, columns)
      if (isSame && others.length === 0) found.push(relation)
    }
    return found
  }

  /**
   * Returns the rows of conditions whose link to a row may change: rows that allow `update`, and readable rows of which
   * `allow_link` allows it.
   * @param isAdded - Whether the rows get another reference.
   * @param many - Whether a condition can name no row, or several.
   * @throws the denial if one of them names no row, or if one of the readable rows does not allow it
   */
  async linkable(
    { relation, own, isNew }: LinkEnd,
    wheres: readonly Where[],
    isAdded = false,
    many = false,
  ): Promise<Ends> {
    const { store, judge, allColumns, keyOf } = this.parts
    const { model } = relation
    const mayGrant = judge.grantsLinks(relation)
    const inverse = isAdded ? this.inverse(relation) : undefined
    const names = fieldsOf(relation)
    const where = store.any(wheres)
    const fields = await judge.fields('update', model, this.fieldNames('update', model, names), mayGrant)
    const conditions = await this.before(model, names, inverse ? [inverse] : [], true, mayGrant)
    const updatable = await store.find(model, store.all([where, ...conditions]), this.columnsOf(model), true)
    const rows = [...updatable]
    const granted = new Set<string>()
    if (mayGrant) {
      const known = new Set(rows.map((one) => this.textOf(model, one)))
      const readable = [...(await judge.before('read', model)), ...(inverse ? await this.readableEnds(inverse) : [])]
      const row = await own()
      for (const other of await store.find(model, store.all([where, ...readable]), allColumns(model), true)) {
        const text = this.textOf(model, other)
        if (known.has(text)) continue
        if (!row || !(await judge.allowsLink(relation, row, other, isNew))) throw judge.denial()
        rows.push(other)
        granted.add(text)
      }
    }
    for (const one of many || rows.length >= wheres.length ? [] : wheres) {
      const named = store.all([one, store.keyed(model, this.keysOf(model, rows))])
      if (rows.length > 0 && (await store.find(model, named, keyOf(model))).length > 0) continue
      const seen = await store.find(model, store.all([one, ...(await judge.before('read', model))]), keyOf(model))
      throw judge.refusal(model, seen, seen.length > 0)
    }
    if (updatable.length > 0) await this.expect(model, updatable)
    return { rows, granted, fields }
  }

  /** Reads rows that are about to change, if rules compare their states. */
  async expect(model: string, rows: readonly Values[]): Promise<void> {
    await this.ledger.expect(model, this.parts.store.keyed(model, this.keysOf(model, rows)))
  }

  /**
   * Notes rows whose link to another has changed.
   * @param links - Their relations to one row that the write has set.
   * @param keepsColumns - Whether the reference is in a table of its own.
   */
  moved(model: string, ends: Ends, links: readonly LinkRelation[] = [], keepsColumns = false): void {
    for (const isDecided of [false, true]) {
      const rows = ends.rows.filter((row) => ends.granted.has(this.textOf(model, row)) === isDecided)
      const fields = isDecided ? [] : ends.fields
      this.ledger.changed(model, rows, { isMoved: true, isDecided, links, fields, keepsColumns })
    }
  }

  /** Returns the relation of the other rows whose reference a relation follows backwards. */
  inverse({ keeper, model, inverse }: LinkRelation): LinkRelation | undefined {
    if (keeper !== 'other') return undefined
    return this.parts.relations.references(model).find(({ name }) => name === inverse)
  }

  /** Returns the keys of rows. */
  keysOf(model: string, rows: readonly Values[]): readonly Values[] {
    const key = this.parts.keyOf(model)
    return rows.map((row) => Object.fromEntries(key.map((name) => [name, row[name]])))
  }

  /** Returns a text that is the same for the same row. */
  textOf(model: string, row: Values): string {
    return keyText(model, this.parts.keyOf(model), row)
  }

  /** Decides about a new row by its values: whether they are enough to allow it. @throws the denial */
  decide(model: string, columns: Values): boolean {
    const { judge, knownValues } = this.parts
    const decided = judge.decide('create', model, knownValues(model, columns))
    if (decided === false) throw judge.denial()
    return decided === true
  }

  /** Returns the relations to one row whose columns are given. */
  touched(model: string, columns: Values): readonly LinkRelation[] {
    return this.parts.relations.references(model).filter(({ from }) => from.some((name) => name in columns))
  }

  /** Returns the relations to one row that columns set to a row. */
  linked(model: string, columns: Values): readonly LinkRelation[] {
    return this.touched(model, columns).filter(({ from }) => from.every((name) => columns[name] !== null))
  }

  /**
   * Returns the fields that the policy has to allow: those that the caller names. A relation counts as
   * itself and as its columns, and a column as its relation if the policy names that one.
   */
  fieldNames(kind: 'create' | 'update', model: string, names: readonly string[]): readonly string[] {
    const { judge, relations, isField = () => true } = this.parts
    const others = relations.references(model).flatMap(({ name, from }) => {
      if (names.includes(name)) return from
      return from.some((column) => names.includes(column)) && judge.namesField(kind, model, name) ? [name] : []
    })
    return [...names, ...others].filter(isField)
  }
}

/** Returns the fields of the rows at the other end that a link writes. */
export function fieldsOf({ keeper, inverse }: LinkRelation): readonly string[] {
  return keeper !== 'own' && inverse !== undefined ? [inverse] : []
}
