import { has } from '../../own.js'
import type { Arrived } from '../../schema/arrived.js'
import type { Model } from '../../schema/model.js'
import { markCopy } from '../../schema/partial.js'
import { adoptWithin } from '../../schema/plainRows.js'
import { doubtfulReference, type UnloadedRelation, unloadedRelation } from '../../schema/reference.js'
import type { Schema } from '../../schema/schema.js'
import { tag } from '../../schema/tags.js'
import type { Account } from '../../text/account.js'
import { callNamed, unreachable } from '../../text/callNamed.js'
import type { RegExpEngine } from '../../text/engine.js'
import { isMaker } from '../../text/plainCall.js'
import { Attributes, notLoaded } from '../../values/attributes.js'
import { builtinClasses, isBuiltinInstance, plainClasses } from '../../values/builtin.js'
import type { Equality } from '../../values/equality.js'
import { Fault, missingContext } from '../../values/fault.js'
import { sharedIteratorOf } from '../../values/iterators.js'
import { isLink, type Link } from '../../values/links.js'
import { compareEqual, compareOrder, type OrderOperator } from '../../values/order.js'
import {
  hasKey,
  identityOf,
  type RowEquality,
  rowEqualityOf,
  sameReference,
  type UnidentifiedRow,
  type UnknownRow,
} from '../../values/rows.js'
import { showObject } from '../../values/show.js'
import { type Awaitable, type Host, noField } from './host.js'
import { SchemaValues } from './schemaValues.js'

export interface SchemaHostOptions {
  /**
   * Decides whether two objects are equal that are not rows with keys. Default: they never are; objects whose class has
   * a method `equals` throw. Also decides about two objects in keys, which throw by default: see `ClassOptions.value`.
   */
  readonly equality?: Equality
  /**
   * Makes the regular expressions of policies, in linear time. Default: JavaScript's own,
   * restricted to patterns that can't backtrack exponentially; others throw `unsafe-pattern`.
   */
  readonly regExp?: RegExpEngine
  /** Receives the output of `print`. Default `console.log`. */
  readonly print?: (text: string) => void
  /** Receives the output of `debug`. Default: the output is dropped. */
  readonly debug?: (text: string) => void | Promise<void>
}

/**
 * The host over a schema: the Authorizer's semantics of classes, equality and fields. It is
 * designed for subclasses.
 */
export class SchemaHost extends SchemaValues implements Host {
  readonly runsLikeOso: boolean = false
  declare readonly schema: Schema
  readonly refusesUndefined = true
  readonly #arrived: Arrived | undefined
  protected readonly attributes: Attributes

  /** @param arrived - Records the values of promises. Undefined if nobody reads them. */
  constructor(
    schema: Schema,
    private readonly options: SchemaHostOptions = {},
    arrived?: Arrived,
  ) {
    super(schema, options.equality)
    this.attributes = new Attributes(schema, options.equality)
    this.#arrived = arrived
  }

  isConstant(name: string): boolean {
    return this.schema.constants.has(name) || builtinClasses.has(name)
  }

  constant(name: string): unknown {
    if (!this.schema.constants.has(name)) return builtinClasses.get(name)
    const { value } = this.schema.constant(name)
    if (value === undefined && this.schema.context.fields.has(name)) throw missingContext(name)
    return value
  }

  decidesClass(cls: unknown): boolean {
    return this.schema.modelOfClass(cls) !== undefined
  }

  hasCheck(name: string): boolean {
    return this.schema.models.get(name)?.isaCheck !== undefined
  }

  isNearer(value: unknown, left: string, right: string): boolean {
    const model = this.schema.modelOf(value)
    if (model !== undefined && model.class === undefined) return left === model.name && right !== model.name
    const a = this.#distance(value, left)
    return a !== undefined && a < (this.#distance(value, right) ?? Number.POSITIVE_INFINITY)
  }

  override isa(value: unknown, name: string): boolean {
    const unloaded = this.classOf(value) === undefined ? unloadedRelation(value) : undefined
    const model = unloaded && this.schema.models.get(name)
    if (model && !model.isaCheck) return this.#isReferenced(value, unloaded, name)
    const isInstance = super.isa(value, name)
    // The value may be nil; if nil has another result, only the loaded row can decide.
    if (unloaded && doubtfulReference(value) && isInstance !== super.isa(null, name)) throw notLoaded(value, unloaded)
    return isInstance
  }

  rowEquality(cls: unknown): RowEquality | undefined {
    return rowEqualityOf(this.schema, cls, this.options.equality !== undefined)
  }

  compareEqual(left: unknown, right: unknown): Awaitable<boolean> | undefined {
    return compareEqual(left, right, (a, b) => this.equalObjects(a, b))
  }

  order(operator: OrderOperator, left: unknown, right: unknown): Awaitable<boolean> | undefined {
    const answer = compareOrder(operator, left, right)
    if (answer === undefined) assertThere([left, right])
    return answer
  }

  readsPlainly(cls: unknown, _field: string): boolean {
    // Plain objects can be rows with a relation that was loaded in part.
    return cls !== undefined && cls !== Object
  }

  leadsToRows(cls: unknown, field: string): boolean | Link {
    const model = this.schema.modelOfClass(cls)
    // An instance of a class without a model can have a tag.
    if (model === undefined) return true
    const declared = this.schema.field(model.name, field)
    if (declared?.kind !== 'relation') return false
    return isLink(declared) ? declared : true
  }

  read(value: unknown, field: string): unknown {
    const own = this.attributes.read(value, field)
    // Sound: only objects lack attributes without an error.
    return own === undefined ? this.absent(value as object, field) : own
  }

  /**
   * Returns the replacement for a field that an object does not have.
   * @throws Fault `missing-attribute`, `relation-not-loaded`.
   */
  protected absent(value: object, field: string): unknown {
    return this.attributes.absent(value, field)
  }

  arrived(value: unknown, of: unknown, field: string): unknown {
    this.#arrived?.add(of, field, value)
    return this.attributes.arrived(of, field, value)
  }

  readForPattern(value: unknown, field: string): unknown {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return noField
    return plainClasses.some((name) => isBuiltinInstance(value, name)) ? noField : this.read(value, field)
  }

  call(value: unknown, method: string, args: readonly unknown[], account: Account): unknown {
    assertThere([value, ...args])
    return callNamed(this.schema, value, method, args, account, this.options.regExp)
  }

  construct(name: string, args: readonly unknown[]): unknown {
    const model = this.schema.models.get(name)
    if (model && model.class === undefined && !model.isaCheck) return this.#newRow(model, args)
    const cls = this.classNamed(name)
    if (typeof cls !== 'function') return this.unregistered(name)
    if ([cls, ...args.flat()].some(isMaker)) throw unreachable(name)
    assertThere(args)
    return Reflect.construct(cls, args)
  }

  /** Makes a row of a model without a class: `new Document({title: "Plan"})`. */
  #newRow(model: Model, args: readonly unknown[]): object {
    const [fields] = args
    assertThere(args)
    if (args.length !== 1 || typeof fields !== 'object' || fields === null || Array.isArray(fields))
      throw new Fault('type-error', `new ${model.name} needs one dictionary with the fields of the row.`, {
        hint: `write new ${model.name}({…})`,
      })
    const row = { ...fields }
    adoptWithin(this.schema, row, model.name)
    tag(row, model.name)
    markCopy(row, model, this.schema.models)
    return row
  }

  iterate(value: unknown): Iterator<unknown> | AsyncIterator<unknown> | undefined {
    return sharedIteratorOf(value)
  }

  identify(value: object): unknown {
    return identityOf(this.schema, value)
  }

  show(value: unknown): string {
    return showObject(this.schema, value)
  }

  print(text: string): void {
    if (this.options.print) this.options.print(text)
    else console.log(text)
  }

  debug(text: string): Awaitable<void> {
    return this.options.debug?.(text)
  }

  protected override otherwiseEqual(
    left: unknown,
    right: unknown,
    same: UnidentifiedRow | UnknownRow | undefined,
  ): boolean | Promise<boolean> {
    const unloaded = unloadedRelation(left) ?? unloadedRelation(right)
    if (unloaded && !(same && has(same, 'model') && hasKey(this.schema, same))) {
      const known = sameReference(this.schema, left, right, this.options.equality)
      if (known !== undefined) return known
      throw notLoaded(left, unloaded)
    }
    if (same && has(same, 'missing'))
      throw this.attributes.missing(same.row, same.missing, 'select the key: rows are compared by it')
    return super.otherwiseEqual(left, right, same)
  }

  /** Returns undefined for a row that is not loaded and may belong to a subclass. */
  protected override rowClass(value: object | null): string | undefined {
    const name = super.rowClass(value)
    return name && unloadedRelation(value) && this.schema.descendants(name).length > 1 ? undefined : name
  }

  /**
   * Returns whether an unloaded row is an instance of a class, by the model of its reference.
   * @throws Fault `relation-not-loaded` if only the loaded row can decide: it may belong to a
   * subclass, or may be missing.
   */
  #isReferenced(value: unknown, unloaded: UnloadedRelation, name: string): boolean {
    const doubt = doubtfulReference(value)
    const model = doubt?.model ?? this.schema.modelOf(value)?.name
    if (model === undefined) return false
    const isInstance = this.schema.isSubclass(model, name)
    if (doubt ? isInstance || this.schema.isSubclass(name, model) : !isInstance && this.schema.isSubclass(name, model))
      throw notLoaded(value, unloaded)
    return isInstance
  }

  protected override unregistered(name: string): never {
    throw new Fault('unregistered-class', `The class ${name} is not registered.`, {
      hint: `register it: registerClass(${name})`,
      data: { name },
    })
  }

  /**
   * Returns the number of steps up the prototype chain from a value to a class; undefined if the
   * value is not an instance.
   */
  #distance(value: unknown, name: string): number | undefined {
    const cls = this.classNamed(name)
    if (typeof cls !== 'function' || value === null || value === undefined) return undefined
    // A plain object has the class of its model.
    const own: unknown = this.schema.baseOf(value)?.class?.prototype ?? Object.getPrototypeOf(value)
    let distance = 0
    for (let at = own; at !== null; at = Object.getPrototypeOf(at)) {
      if (at === cls.prototype) return distance
      distance++
    }
    return undefined
  }
}

/**
 * Asserts that no value, and no element of a value, may be either a row or nil. Code of the
 * application never receives such a value.
 * @throws Fault `relation-not-loaded`.
 */
function assertThere(values: readonly unknown[]): void {
  for (const value of values.flat()) {
    if (doubtfulReference(value)) throw notLoaded(value, unloadedRelation(value)!)
  }
}
