import {
  type Arrivals,
  allKinds,
  isLink,
  isLinked,
  type Missing,
  type RelationField,
  referencedRow,
  type Schema,
  type Wanted,
} from '@arcturus/core/internal/explain'
import type { Ids } from './ids.js'
import { isImagined } from './imagined.js'

/** Values by the number of a row and by field. */
export type Values = ReadonlyMap<number, ReadonlyMap<string, unknown>>

/** What a world reads in place of the values of its objects. */
export class Reads implements Missing {
  /** Whether a field of a row that does not exist yet was read, and has no value. */
  isUnknown = false
  /** Gets the fields that are read. */
  record: Set<string> | undefined

  constructor(
    private readonly arrivals: Arrivals,
    private readonly ids: Ids,
    private readonly schema: Schema,
    private readonly changes?: Values | undefined,
    private readonly outside?: Reads | undefined,
  ) {}

  /** Whether values are changed. */
  get isWithChanges(): boolean {
    return this.changes !== undefined
  }

  /** Returns these reads with changes. */
  with(changes: Values): Reads {
    return new Reads(this.arrivals, this.ids, this.schema, changes, this)
  }

  arrived(object: object, name: string): { readonly value: unknown } | undefined {
    this.record?.add(`${this.ids.of(object)}.${name}`)
    const changed = this.changes && this.#changed(this.ids.of(object), name)
    if (changed) return changed
    const follows = this.changes && this.#following(object, name)
    if (follows) return follows
    if (isImagined(object) && Reflect.get(object, name) === undefined) this.isUnknown = true
    return this.arrivals.arrived(object, name)
  }

  /** Returns the row that a relation holds by changed columns, or the column of a changed relation. */
  #following(object: object, name: string): { readonly value: unknown } | undefined {
    const model = this.schema.baseOf(object)
    if (!model) return undefined
    const field = this.schema.field(model.name, name)
    return isLink(field) ? this.#referenced(object, model.name, field) : this.#columnOf(object, model.name, name)
  }

  /** Returns the row that a relation leads to by changed columns, if it is not the one that it holds. */
  #referenced(object: object, model: string, field: RelationField): { readonly value: unknown } | undefined {
    if (!field.from.some((column) => this.isChanged(object, column))) return undefined
    const held: unknown = Reflect.get(object, field.name)
    if (held !== undefined && this.#holds(object, field, held)) return undefined
    const row = referencedRow(this.#columns(object, field), model, field)
    return row === undefined ? undefined : { value: row }
  }

  /** Returns whether changes of an object set a relation, and its columns to those of another row. */
  contradict(object: object, name: string): boolean {
    const model = this.schema.baseOf(object)
    if (!model) return false
    const field = this.schema.field(model.name, name)
    const links = isLink(field) ? [field] : this.ids.linksBy(model.name, name)
    return links.some((link) => {
      const row = this.#changed(this.ids.of(object), link.name)
      return row && link.from.some((one) => this.isChanged(object, one)) && !this.#holds(object, link, row.value)
    })
  }

  /** Returns whether the columns of an object, as they are changed, refer to a row. */
  #holds(object: object, field: RelationField, row: unknown): boolean {
    const how = { schema: this.schema, kinds: allKinds, equality: undefined }
    return isLinked(how, field, this.#columns(object, field), row) !== false
  }

  #columns(object: object, { from }: RelationField): object {
    const id = this.ids.of(object)
    const at = (column: string): unknown => (this.#changed(id, column) ?? { value: Reflect.get(object, column) }).value
    return Object.fromEntries(from.map((column) => [column, at(column)]))
  }

  #columnOf(object: object, model: string, name: string): { readonly value: unknown } | undefined {
    for (const { name: relation, from, to } of this.ids.linksBy(model, name)) {
      const row = this.#changed(this.ids.of(object), relation)?.value
      const value: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, to[from.indexOf(name)]!) : row
      if (value !== undefined) return { value }
    }
    return undefined
  }

  want(wanted: Wanted, isKnown?: boolean): void {
    if (!isImagined(wanted.object)) this.arrivals.want(wanted, isKnown)
  }

  /** Returns the fields that changes concern: also relations by their columns, and columns by their relations. */
  *changedFields(): Generator<string> {
    for (const [row, fields] of this.changes ?? []) {
      const model = this.schema.baseOf(this.ids.valueOf(row))?.name
      for (const name of fields.keys()) {
        yield `${row}.${name}`
        const field = model === undefined ? undefined : this.schema.field(model, name)
        const others = isLink(field)
          ? field.from
          : model === undefined
            ? []
            : this.ids.linksBy(model, name).map((one) => one.name)
        for (const other of others) yield `${row}.${other}`
      }
    }
    if (this.outside) yield* this.outside.changedFields()
  }

  /** Returns whether a field has a value by a change. */
  isChanged(object: object, name: string): boolean {
    return this.#changed(this.ids.of(object), name) !== undefined
  }

  #changed(row: number, name: string): { readonly value: unknown } | undefined {
    const values = this.changes?.get(row)
    if (values?.has(name)) return { value: values.get(name) }
    return this.outside ? this.outside.#changed(row, name) : undefined
  }
}
