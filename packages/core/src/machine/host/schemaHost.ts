import { has } from '../../own.js'
import { holdsPlain, type Reading } from '../../schema/adoption.js'
import type { Arrived } from '../../schema/arrived.js'
import { ContextObject } from '../../schema/context.js'
import type { Model, RelationField } from '../../schema/model.js'
import { isPartial, markCopy } from '../../schema/partial.js'
import { adoptRead, adoptWithin, convert, foreignRead } from '../../schema/plainRows.js'
import { doubtfulReference, referencedRow, type UnloadedRelation, unloadedRelation } from '../../schema/reference.js'
import type { Schema } from '../../schema/schema.js'
import { tag } from '../../schema/tags.js'
import type { Account } from '../../text/account.js'
import { callMethod } from '../../text/call.js'
import type { RegExpEngine } from '../../text/engine.js'
import { isMaker, methodOf } from '../../text/plainCall.js'
import { builtinClasses, isBuiltinInstance, plainClasses } from '../../values/builtin.js'
import type { Equality } from '../../values/equality.js'
import { HostError, missingContext } from '../../values/hostError.js'
import { sharedIteratorOf } from '../../values/iterators.js'
import { allKinds } from '../../values/kinds.js'
import { assertFound, isLink, isLinked, type Link, staleRelation } from '../../values/links.js'
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
import { type Awaitable, type Host, noField } from './host.js'
import { SchemaValues } from './schemaValues.js'
import { showObject } from './show.js'

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
export class SchemaHost extends SchemaValues implements Host, Reading {
  readonly runsLikeOso: boolean = false
  declare readonly schema: Schema
  valueClass: unknown = undefined
  readonly refusesUndefined = true
  readonly #arrived: Arrived | undefined

  /** @param arrived - Records the values of promises. Undefined if nobody reads them. */
  constructor(
    schema: Schema,
    private readonly options: SchemaHostOptions = {},
    arrived?: Arrived,
  ) {
    super(schema, options.equality)
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
    if (value === null || value === undefined) throw this.#missing(value, field, 'test it against nil first')
    if (typeof value !== 'object' && typeof value !== 'function') throw this.#missing(value, field)
    // Sound: any object may have the field.
    const result = (value as Readonly<Record<string, unknown>>)[field]
    if (result === undefined || isPartial(value, field, result)) return this.absent(value, field)
    if (typeof result === 'object') this.#assertLinked(value, field, result)
    return this.related(value, field, result)
  }

  /**
   * Returns the replacement for a field that an object does not have.
   * @throws HostError `missing-attribute`, `relation-not-loaded`.
   */
  protected absent(value: object, field: string): unknown {
    const model = this.schema.baseOf(value)
    const declared = model && this.schema.field(model.name, field)
    if (declared?.kind === 'relation') {
      const referenced = referencedRow(value, model!.name, declared)
      if (referenced !== undefined) return referenced
      throw notLoaded(value, { model: model!.name, relation: field })
    }
    const unloaded = unloadedRelation(value)
    const select = declared ? `load the column: add "${field}" to the \`select\` of the query` : undefined
    throw unloaded ? notLoaded(value, unloaded) : this.#missing(value, field, select)
  }

  arrived(value: unknown, of: unknown, field: string): unknown {
    this.#arrived?.add(of, field, value)
    if (value === undefined) throw this.#missing(of, field, 'resolve its promise to null, not to undefined')
    const [model, link] = this.#linkOf(of, field)
    // If a loader finds no row, it is gone.
    if (link && typeof value === 'object' && value !== null) assertFound(this.schema, model, link, of as object, value)
    return this.related(of, field, value)
  }

  /**
   * Returns a value that was read from a field; plain objects of a relation become rows of its
   * model.
   * @throws HostError `type-error` for a value in a plain object that the schema declares as another type.
   */
  protected related(holder: unknown, field: string, value: unknown): unknown {
    if (typeof value === 'object' && value !== null && holdsPlain(value, this))
      adoptRead(this.schema, holder, field, value)
    else if (typeof holder === 'object' && holder !== null) {
      const foreign = foreignRead(this.schema, holder, field, value)
      if (foreign !== undefined) throw new HostError('type-error', foreign, { hint: convert, data: { value } })
    }
    return value
  }

  /** @throws HostError `stale-relation` for a relation that holds another row than its foreign key refers to. */
  #assertLinked(holder: object, field: string, value: object | null): void {
    const [model, link] = this.#linkOf(holder, field)
    const how = { schema: this.schema, kinds: allKinds, equality: this.options.equality }
    if (link && isLinked(how, link, holder, value) === false) throw staleRelation(model, link, holder, value)
  }

  /** Returns the relation of a field if columns say which row it holds, and the name of the model. */
  #linkOf(holder: unknown, field: string): readonly [model: string, link: RelationField | undefined] {
    const { name } = this.schema.baseOf(holder) ?? { name: '' }
    const declared = this.schema.field(name, field)
    return [name, typeof holder === 'object' && isLink(declared) ? declared : undefined]
  }

  readForPattern(value: unknown, field: string): unknown {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return noField
    return plainClasses.some((name) => isBuiltinInstance(value, name)) ? noField : this.read(value, field)
  }

  call(value: unknown, method: string, args: readonly unknown[], account: Account): unknown {
    const target: unknown =
      // Sound: any value except these two may have the method.
      value === null || value === undefined ? undefined : (value as Readonly<Record<string, unknown>>)[method]
    if (typeof target !== 'function') {
      assertThere([value])
      throw new HostError('not-a-function', `${this.show(value)} has no method "${method}".`, {
        hint: target === undefined ? undefined : 'remove the parentheses: it is a field',
        data: { value, name: method },
      })
    }
    const known = methodOf(value, method, args)
    if (known === undefined) throw unreachable(method)
    assertThere(args)
    return callMethod(known, value, method, args, account, this.options.regExp)
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
      throw new HostError('type-error', `new ${model.name} needs one dictionary with the fields of the row.`, {
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
      throw this.#missing(same.row, same.missing, 'select the key: rows are compared by it')
    return super.otherwiseEqual(left, right, same)
  }

  /** Returns undefined for a row that is not loaded and may belong to a subclass. */
  protected override rowClass(value: object | null): string | undefined {
    const name = super.rowClass(value)
    return name && unloadedRelation(value) && this.schema.descendants(name).length > 1 ? undefined : name
  }

  /**
   * Returns whether an unloaded row is an instance of a class, by the model of its reference.
   * @throws HostError `relation-not-loaded` if only the loaded row can decide: it may belong to a
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
    throw new HostError('unregistered-class', `The class ${name} is not registered.`, {
      hint: `register it: registerClass(${name})`,
      data: { name },
    })
  }

  #missing(value: unknown, field: string, hint?: string): HostError {
    if (value instanceof ContextObject) return missingContext(`${ContextObject.placeOf(value)}.${field}`)
    return new HostError('missing-attribute', `${field} not found on ${this.show(value)}.`, {
      hint,
      data: { value, name: field },
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
 * @throws HostError `relation-not-loaded`.
 */
function assertThere(values: readonly unknown[]): void {
  for (const value of values.flat()) {
    if (doubtfulReference(value)) throw notLoaded(value, unloadedRelation(value)!)
  }
}

/** Returns the error of a relation that is not loaded. */
export function notLoaded(value: unknown, { model, relation }: UnloadedRelation): HostError {
  return new HostError('relation-not-loaded', `The relation "${relation}" of ${model} is not loaded.`, {
    hint: 'load it with the row; with an ORM, isAllowed and authorize load it',
    data: { model, relation, value },
  })
}

export function unreachable(name: string): HostError {
  return new HostError('unreachable-name', `A policy must not read "${name}": it leads from data to code.`, {
    data: { name },
  })
}
