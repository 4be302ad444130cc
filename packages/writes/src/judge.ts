import type { LinkRelation, Values } from './change.js'
import { allowsLink, grantsLinks } from './linkRules.js'
import { decideNewRow } from './newRow.js'
import type { RowQuestions } from './questions.js'
import type { WriteRecord } from './record.js'
import { writeDenial } from './refusal.js'
import { comparesStates, type RowsFilter } from './rowsFilter.js'
import { type KeyedRows, readsColumnsAlone, withoutWitnesses } from './witness.js'

/** The names of the actions that operations need. */
export interface ActionNames {
  readonly read: string
  readonly create: string
  readonly update: string
  readonly delete: string
}

/** The rows that a statement writes. */
export interface Written {
  /** The rows that it creates, links or moves: they are in no collection of a row that existed before. */
  readonly moved: readonly KeyedRows[]
  readonly created: readonly KeyedRows[]
  /** Whether the rows that are judged allowed the same before, and have the columns that they had. Default: they may not. */
  readonly keepsColumns?: boolean
}

/** Decides about the state before and after a write. The actor is the one before. */
export class Judge<Where> {
  /**
   * @param print - Prints a filter as a condition of the store; `true` for all rows.
   * @param triggers - The models whose new rows the database changes.
   * @param record - The decisions of the write.
   */
  constructor(
    private readonly questions: RowQuestions,
    private readonly actions: (model: string) => ActionNames,
    private readonly print: (filter: RowsFilter) => Promise<Where | true>,
    private readonly triggers: readonly string[] = [],
    readonly record?: WriteRecord<Where> | undefined,
  ) {}

  get actor(): unknown {
    return this.questions.actor
  }

  action(kind: keyof ActionNames, model: string): string {
    return this.actions(model)[kind]
  }

  /** Notes that the write touches a model, and the rows that it writes. */
  touches(kind: keyof ActionNames, model: string, rows: readonly Values[] = [], fields: readonly string[] = []): void {
    this.record?.touch({ isNew: kind === 'create', action: this.action(kind, model), model }, rows, fields)
  }

  /** Returns the conditions of the rows that allow an action, or an action on a field, before the write. */
  async before(kind: keyof ActionNames, model: string, field?: string): Promise<readonly Where[]> {
    const where = await this.print(await this.filter(kind, model, field))
    return where === true ? [] : [where]
  }

  /** Returns the conditions of the rows that allow an action, and that a condition of the caller can name: readable ones. */
  async found(kind: keyof ActionNames, model: string): Promise<readonly Where[]> {
    const allowed = await this.before(kind, model)
    return (await this.impliesRead(kind, model)) ? allowed : [...allowed, ...(await this.before('read', model))]
  }

  /** Binds the actor as it is now. A filter that is needed after the write has to be bound before. */
  filter(kind: keyof ActionNames, model: string, field?: string): Promise<RowsFilter> {
    return this.questions.filter(this.action(kind, model), model, field)
  }

  /** Returns whether rules decide updates of a model from the row before and the row after. */
  comparesStates(model: string): boolean {
    return comparesStates(this.questions.authorizer, model)
  }

  /** Binds the actor and a row as they are now to the rules about both states. @param before - All columns of the row. */
  change(model: string, before: Values): Promise<RowsFilter> {
    return this.questions.change(model, this.questions.row(model, before, false))
  }

  /** Declares that the first row is about to be written: the actor must not be read any more. */
  seal(): void {
    this.questions.seal()
  }

  /** Returns the rows that allow an action after the write. */
  async after(kind: keyof ActionNames, model: string, written: Written, field?: string): Promise<readonly Where[]> {
    return await this.allowed(await this.filter(kind, model, field), written)
  }

  /** Returns the rows of a filter after the write: no row is its own witness. */
  async allowed(filter: RowsFilter, written: Written): Promise<readonly Where[]> {
    const { model } = filter
    if (filter.kind === 'all') return []
    const { schema } = this.questions.authorizer
    const actual = filter.definite()
    if (written.keepsColumns && readsColumnsAlone(schema, actual)) return []
    const alone = written.moved.reduce((found, rows) => withoutWitnesses(schema, found, rows, written.created), actual)
    const demands = alone === actual ? [actual] : [alone, actual]
    const printed = await Promise.all(
      demands.map((definite) => this.print({ model, kind: 'condition', definite: () => definite })),
    )
    return printed.filter((where): where is Awaited<Where> => where !== true)
  }

  /** Returns whether the actor is known to be able to read every row that allows an action. */
  async impliesRead(kind: keyof ActionNames, model: string): Promise<boolean> {
    return this.questions.includes(await this.filter('read', model), await this.filter(kind, model))
  }

  /**
   * Returns the fields whose permission depends on the row.
   * @param mayGrant - Whether another rule can allow the write. Then no row is known to be refused.
   * @throws ForbiddenError, UnauthenticatedError if the actor may not write one of them to any row
   */
  async fields(
    kind: 'create' | 'update',
    model: string,
    names: readonly string[],
    mayGrant = false,
  ): Promise<readonly string[]> {
    this.touches(kind, model, [], names)
    const policy = this.questions.fieldPolicy(this.action(kind, model), model)
    if (!policy) return []
    const open: string[] = []
    const denied: string[] = []
    for (const name of new Set(names)) {
      const filter = await this.filter(kind, model, name)
      if (filter.kind === 'none' && !mayGrant) denied.push(name)
      else if (filter.kind !== 'all') open.push(name)
    }
    if (denied.length > 0) throw writeDenial(this.actor, true, denied)
    return open
  }

  /** Returns whether the policy names a field in its rules for writes. */
  namesField(kind: 'create' | 'update', model: string, name: string): boolean {
    return this.questions.fieldPolicy(this.action(kind, model), model)?.names(name) ?? false
  }

  /** Returns the conditions of the readable rows that show fields. */
  async showing(model: string, fields: readonly string[]): Promise<readonly Where[]> {
    if (!this.questions.fieldPolicy(this.action('read', model), model)) return []
    return (await Promise.all(fields.map((field) => this.before('read', model, field)))).flat()
  }

  /** Decides about a new row by its values; undefined if they are not enough. */
  decide(kind: 'create' | 'read', model: string, values: Values): boolean | undefined {
    if (this.triggers.includes(model)) return undefined
    const { authorizer, actor } = this.questions
    const isInScope = this.questions.inScope(model, values)
    if (isInScope === false) return false
    const decided = decideNewRow(authorizer, actor, this.action(kind, model), model, values)
    return decided === true ? isInScope : decided
  }

  /** Whether rules can allow links of a relation to rows that may not be updated. */
  grantsLinks({ owner, name }: LinkRelation): boolean {
    return grantsLinks(this.questions.authorizer, owner, name)
  }

  /** Returns whether rules allow to link two rows, as they are before the write. */
  allowsLink({ owner, name, model }: LinkRelation, row: Values, other: Values, isNew: boolean): Promise<boolean> {
    this.questions.assertUnsealed(`The link ${owner}.${name} was not decided before the write.`)
    const { authorizer, actor, load } = this.questions
    const rows = { row: this.questions.row(owner, row, isNew), other: this.questions.row(model, other, false) }
    return allowsLink(authorizer, { actor, relation: name, ...rows }, load)
  }

  /** Returns the denial of a write of rows. @param seen - Those that the actor may read. */
  refusal(model: string, seen: readonly Values[], isReadable: boolean): Error {
    this.record?.refuse(model, seen)
    return this.denial(isReadable)
  }

  denial(isReadable = true): Error {
    return writeDenial(this.actor, isReadable)
  }
}
