import { Cascades } from './cascades.js'
import type { LinkRelation, Values } from './change.js'
import { keyText, Ledger } from './ledger.js'
import type { RuleParts } from './parts.js'

/** The columns that a row gets, and the fields by which the caller named them. */
export interface RowChange {
  readonly columns: Values
  readonly names: readonly string[]
}

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
   * @returns the fields whose permission depends on the row
   * @throws ForbiddenError, UnauthenticatedError if the actor may not write one of the fields to any row
   */
  async bind(kind: 'create' | 'update', model: string, names: readonly string[]): Promise<readonly string[]> {
    const { judge, relations } = this.parts
    await judge.filter(kind, model)
    const fields = await judge.fields(kind, model, this.fieldNames(kind, model, names))
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
