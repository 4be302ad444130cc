import type { SchemaHostOptions } from '../../machine/index.js'
import type { RelationField } from '../../schema/model.js'
import { doubtfulReference, referencedRow, unloadedRelation } from '../../schema/reference.js'
import type { Schema } from '../../schema/schema.js'
import { tagOf } from '../../schema/tags.js'
import type { Account } from '../../text/account.js'
import { builtinClasses } from '../../values/builtin.js'
import { Fault } from '../../values/fault.js'
import { isValueModel } from '../../values/kinds.js'
import { isThenable } from '../../values/thenable.js'
import { LoadingHost } from '../relations/hosts.js'
import type { QuestionRelations } from '../relations/questionRelations.js'
import { copyOf, setOwn } from './columns.js'
import { columnOf, Memberships } from './membership.js'
import type { RowChange } from './rowChange.js'

/**
 * Reads the state after a statement. It begins at the changed rows: what a policy reads from them, at any depth, is as
 * it will be. What it reads from other objects, such as the actor, is as it is.
 *
 * A row that is reached from a changed row is represented by a copy of its own (a view), because the same object can
 * also be reached from the actor. Its program must not read fields of classes on its own: see
 * `LoadedPolicy.changeProgram`.
 */
export class ChangedHost extends LoadingHost {
  /** Whether a collection was read that has another content with the rows that the statement creates or moves. */
  isEither = false
  /** Whether a changed row was found to refer to a row that does not exist, although the database ensures the reference. */
  #isDangling = false
  /** The rows that changed rows refer to, known by their keys alone. */
  readonly #referenced = new Set<object>()
  declare readonly schema: Schema
  readonly #memberships: Memberships
  /** The views, with the objects that they represent. */
  readonly #origins = new WeakMap<object, object>()
  readonly #views = new WeakMap<object, object>()

  /** @param includes - Whether rows that the statement creates or moves are in the collections of existing rows. */
  constructor(
    schema: Schema,
    options: SchemaHostOptions,
    relations: QuestionRelations,
    private readonly changes: readonly RowChange[],
    private readonly includes: boolean,
  ) {
    super(schema, options, relations)
    this.#memberships = new Memberships(schema, options.equality)
    for (const { after } of changes) this.#origins.set(after, after)
  }

  /** Returns whether a changed row refers to a row that does not exist, as far as a policy has read it. */
  async refersNowhere(): Promise<boolean> {
    if (this.#isDangling) return true
    const rows = await Promise.all([...this.#referenced].map((one) => this.relations.rowOf(one)))
    return rows.includes(null)
  }

  override readsPlainly(): boolean {
    return false
  }

  override rowEquality(): undefined {
    return undefined
  }

  override read(value: unknown, field: string): unknown {
    const origin = this.#originOf(value)
    if (!origin) return super.read(value, field)
    const change = this.#changeTo(origin)
    if (change?.unknown.has(field)) throw unknownRelation(change, field)
    const completing = change && isComputed(origin, field) ? this.#completing(change) : undefined
    if (completing) return completing.then(() => super.read(origin, field))
    const result = super.read(origin, field)
    return isThenable(result) ? result : this.#viewed(result, origin, field)
  }

  override arrived(value: unknown, of: unknown, field: string): unknown {
    const origin = this.#originOf(of)
    const arrived = super.arrived(value, origin ?? of, field)
    return origin ? this.#viewed(arrived, origin, field) : arrived
  }

  override classOf(value: unknown): string | undefined {
    return super.classOf(this.#plain(value))
  }

  override isa(value: unknown, name: string): boolean {
    return super.isa(this.#plain(value), name)
  }

  override isNearer(value: unknown, left: string, right: string): boolean {
    return super.isNearer(this.#plain(value), left, right)
  }

  override call(value: unknown, method: string, args: readonly unknown[], account: Account): unknown {
    const [receiver, ...others] = [value, ...args].map((one) => this.#plain(one))
    const completing = [receiver, ...others].flatMap((one) => {
      const change = typeof one === 'object' && one !== null ? this.#changeTo(one) : undefined
      return (change && this.#completing(change)) ?? []
    })
    const call = (): unknown => super.call(receiver, method, others, account)
    return completing.length > 0 ? Promise.all(completing).then(call) : call()
  }

  override construct(name: string, args: readonly unknown[]): unknown {
    return super.construct(
      name,
      args.map((one) => this.#plain(one)),
    )
  }

  override identify(value: object): unknown {
    const origin = this.#originOf(value)
    if (!origin) return super.identify(value)
    const identity = super.identify(origin)
    return typeof identity === 'object' ? value : `after ${String(identity)}`
  }

  override show(value: unknown): string {
    return super.show(this.#plain(value))
  }

  protected override equalObjects(left: unknown, right: unknown): boolean | Promise<boolean> {
    const [a, b] = [this.#rowOf(left), this.#rowOf(right)]
    if (a === b) return true
    // Nothing that exists is a row that has no key yet.
    for (const { before, after, model } of this.changes)
      if (!before && (a === after || b === after) && !this.#hasKey(model, after)) return false
    return super.equalObjects(a, b)
  }

  /**
   * Loads the relations that the statement replaces into a changed row, before code of its class reads them there.
   * Returns undefined if it has them all.
   * @throws Fault `relation-not-loaded` if one is unknown.
   */
  #completing(change: RowChange): Promise<unknown> | undefined {
    for (const name of change.unknown) throw unknownRelation(change, name)
    const missing = [...change.replaced].filter((name) => !Object.hasOwn(change.after, name))
    if (missing.length === 0) return undefined
    return Promise.all(
      missing.map(async (name) => {
        const value = await super.read(change.after, name)
        const row = this.relations.rowOf(value)
        setOwn(change.after, name, row ? await row : value)
      }),
    )
  }

  #hasKey(model: string, row: object): boolean {
    const key = this.schema.key(model)
    return key === undefined || key.every((name) => (Reflect.get(row, name) ?? null) !== null)
  }

  /** Returns what represents a value of the state after in calls of the application: the row itself. */
  #plain(value: unknown): unknown {
    return this.#originOf(value) ?? value
  }

  /** Returns the row that a value is for comparisons: a changed row is still the same row. */
  #rowOf(value: unknown): unknown {
    const origin = this.#originOf(value)
    return origin ? (this.#changeTo(origin)?.before ?? origin) : value
  }

  #originOf(value: unknown): object | undefined {
    return typeof value === 'object' && value !== null ? this.#origins.get(value) : undefined
  }

  #changeTo(after: object): RowChange | undefined {
    return this.changes.find((change) => change.after === after)
  }

  /** Returns a value that was read from a row of the state after, in that state. */
  #viewed(value: unknown, holder: object, field: string): unknown {
    const model = this.schema.baseOf(holder)?.name
    const declared = model === undefined ? undefined : this.schema.field(model, field)
    const relation = declared?.kind === 'relation' ? declared : undefined
    const known = relation ? this.#related(value, holder, relation) : value
    if (Array.isArray(known)) return this.#list(known)
    if (known instanceof Set) return this.#list([...known])
    // Sound: only relations lead to such rows.
    if (unloadedRelation(known)) {
      if (this.#changeTo(holder)) this.#referenced.add(known as object)
      return this.#reference(known as object, model!, relation!)
    }
    return this.#view(known)
  }

  #list(values: readonly unknown[]): readonly unknown[] {
    const views = values.map((one) => this.#view(one))
    return views.some((one, at) => one !== values[at]) ? views : values
  }

  /** Returns the rows of a relation after the statement. */
  #related(value: unknown, holder: object, relation: RelationField): unknown {
    const change = this.#changeTo(holder)
    if (value === null && change && leadsToRow(holder, relation)) this.#isDangling = true
    // The statement itself sets it.
    if (change?.replaced.has(relation.name) && !relation.many) return value
    const rows = Array.isArray(value) ? (value as readonly unknown[]) : value === null ? [] : [value]
    const isNew = change !== undefined && change.before === undefined
    let after = rows
    for (const one of this.changes) {
      if (!this.#memberships.isOf(one, relation)) continue
      const at = after.findIndex((row) => this.#isRow(row, one))
      const membership = this.#memberships.of(one, holder, relation, isNew, at !== -1)
      const isHeld = isNew && at !== -1
      if (membership === 'either') this.isEither = true
      const isIn = isHeld || membership === 'in' || (membership === 'either' && this.includes)
      if (isIn === (at !== -1)) continue
      after = isIn ? [...after, one.after] : after.filter((_, index) => index !== at)
    }
    if (after === rows) return value
    return relation.many ? after : (after.at(-1) ?? null)
  }

  #isRow(value: unknown, { before, after, model }: RowChange): boolean {
    if (typeof value !== 'object' || value === null) return false
    if (value === before || value === after) return true
    const other = this.schema.baseOf(value)?.name
    if (other === undefined || this.schema.commonRows(other, model) === undefined) return false
    return (before !== undefined && this.#memberships.isSame(value, before)) || this.#memberships.isSame(value, after)
  }

  #view(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || this.#origins.has(value) || Array.isArray(value)) return value
    const changed = this.changes.find((change) => this.#isRow(value, change))
    if (changed) return changed.after
    const model = this.schema.baseOf(value)
    if (!model || builtinClasses.has(model.name) || isValueModel(model)) return value
    const known = this.#views.get(value)
    if (known) return known
    return this.#represent(value, copyOf(value))
  }

  /** Returns a row that is known by its key alone, for this state. */
  #reference(value: object, model: string, relation: RelationField): unknown {
    // It has no columns: it can only be compared.
    if (doubtfulReference(value)) return value
    const changed = this.changes.find((change) => this.#isRow(value, change))
    if (changed) return changed.after
    const known = this.#views.get(value)
    if (known) return known
    const holder = Object.fromEntries(relation.from.map((name, at) => [name, columnOf(value, relation.to[at]!)]))
    // Sound: the reference has the columns that it was made of.
    return this.#represent(value, referencedRow(holder, model, relation)!)
  }

  #represent(value: object, view: object): object {
    if (!tagOf(view)) {
      const name = this.schema.baseOf(value)?.name
      if (name !== undefined) this.schema.adopt(view, name)
    }
    this.#origins.set(view, value)
    this.#views.set(value, view)
    return view
  }
}

/** Returns whether the class of a row computes a field. */
function isComputed(row: object, field: string): boolean {
  for (let at: object | null = row; at; at = Object.getPrototypeOf(at) as object | null) {
    const own = Object.getOwnPropertyDescriptor(at, field)
    if (own) return own.get !== undefined
  }
  return false
}

/** Returns whether the columns of a row say that a relation has a row. */
function leadsToRow(row: object, { many, from, kept }: RelationField): boolean {
  return !many && kept && from.length > 0 && from.every((name) => (columnOf(row, name) ?? null) !== null)
}

function unknownRelation({ model, after }: RowChange, relation: string): Fault {
  return new Fault('relation-not-loaded', `The change may replace the relation "${relation}" of ${model}.`, {
    hint: `declare the columns that hold it (\`from\`), or set the relation itself in the data`,
    data: { model, relation, value: after },
  })
}
