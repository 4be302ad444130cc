import { ArgumentError, invalidArgument } from '../errors.js'
import { AdoptedRows, isPlain } from './adoption.js'
import { type ContextOwner, ContextReader, modelOfContext } from './context.js'
import type { Field, Model } from './model.js'
import { referencedModel } from './reference.js'
import { tagOf } from './tags.js'
import { isUnion } from './typeNames.js'

/** The number of schemas, which makes their marks unique. */
let schemas = 0

/**
 * The names that a policy can use: models (classes and tables), constants, and names of the context.
 * The schema grows while the application starts. A policy is checked against it when it is loaded.
 */
export class Schema implements ContextOwner {
  readonly mark: string = `s${++schemas}`
  readonly #models = new Map<string, Model>()
  readonly #constants = new Map<string, unknown>()
  readonly #values = new Map<string, { readonly value: unknown }>()
  /** The types of the objects of the context, by place. */
  readonly #parts = new Map<string, Model>()
  #context: Model = modelOfContext(new Map())
  readonly #byClass = new Map<unknown, Model>()
  /** The names of each registered class. */
  readonly #names = new Map<unknown, string[]>()
  #ancestors = new Map<string, readonly string[]>()
  #keys = new Map<string, readonly string[] | undefined>()
  #fields = new Map<string, readonly Field[]>()
  #descendants: ReadonlyMap<string, readonly string[]> | undefined
  /** Undefined if relations do not determine the models of plain objects. */
  readonly #adopted: AdoptedRows | undefined
  #version = 0
  #change = 0

  /**
   * @param adopts - Whether a plain object that a relation leads to is a row of the relation's
   * model. Default true.
   */
  constructor(adopts = true) {
    this.#adopted = adopts ? new AdoptedRows() : undefined
  }

  /** Models by name; a class can be registered under several names. */
  get models(): ReadonlyMap<string, Model> {
    return this.#models
  }

  /**
   * Constants by name, including classes: the name of a class as a value is the class itself.
   * The name of a model without a class represents a value that equals nothing else, so that it is
   * not read as a variable. The names of the context are undefined here: `constant` reads them.
   */
  get constants(): ReadonlyMap<string, unknown> {
    return this.#constants
  }

  /** The context of a question: its fields are the names that policies can use. */
  get context(): Model {
    return this.#context
  }

  /** Returns a model, or the type of an object of the context. */
  typeNamed(name: string): Model | undefined {
    return this.#models.get(name) ?? (name === this.#context.name ? this.#context : this.#parts.get(name))
  }

  /** Returns the models, the context, and the types of its objects. */
  types(): readonly Model[] {
    return [...this.#models.values(), this.#context, ...this.#parts.values()]
  }

  /** Increases with every new name, so that data derived from an older schema can be recognized. */
  get version(): number {
    return this.#version
  }

  /** Increases with every new name, and with every policy that becomes active. */
  get change(): number {
    return this.#change
  }

  /** Tells those who keep an active policy that another one is active. */
  policyChanged(): void {
    this.#change++
  }

  /** Returns whether a policy can use this name for a class or a constant. */
  isName(name: string): boolean {
    return this.#models.has(name) || this.#constants.has(name)
  }

  /**
   * Adds a model.
   * @throws ArgumentError if the name is reserved, or registered for another class.
   */
  registerModel(model: Model): void {
    const known = this.#models.get(model.name)
    if (known && known.class !== model.class) {
      throw new ArgumentError(
        'duplicate-class-name',
        `The name "${model.name}" is already registered for another class.`,
        {
          hint: 'register this class under another name: registerClass(cls, { name })',
          data: { name: model.name, known: known.class },
        },
      )
    }
    reserved(model.name)
    this.#assertNoContext(model.name)
    if (model.class && !known) {
      const names = this.#names.get(model.class)
      if (names) names.push(model.name)
      else this.#names.set(model.class, [model.name])
    }
    this.#models.set(model.name, model)
    if (model.class) {
      this.#byClass.set(model.class, model)
      this.#setConstant(model.name, model.class)
    } else if (!this.#constants.has(model.name)) this.#setConstant(model.name, new Table(model.name))
    this.#changed()
  }

  /**
   * Adds or replaces a constant: policies read constants anew at each check.
   * @throws ArgumentError if the name is reserved, or not a text.
   */
  registerConstant(name: string, value: unknown): void {
    if (typeof name !== 'string')
      throw invalidArgument('The name of a constant must be a string.', {
        hint: 'pass the value first: registerConstant(value, name)',
      })
    reserved(name)
    if (name === 'nil' && value !== null)
      throw new ArgumentError('reserved-name', 'The constant "nil" is null, and cannot have another value.', {
        hint: 'register the value under another name',
        data: { name },
      })
    this.#assertNoContext(name)
    const isNew = !this.#constants.has(name)
    this.#setConstant(name, value)
    if (isNew) this.#changed()
  }

  /**
   * Adds names of the context of a question.
   * @param parts - The types of its objects.
   * @throws ArgumentError if a name is reserved, or registered already.
   */
  registerContext(fields: ReadonlyMap<string, Field>, parts: Iterable<Model>): void {
    for (const name of fields.keys()) {
      reserved(name)
      if (this.isName(name)) throw taken(name, this.#context.fields.has(name) ? 'the context' : 'a class or a constant')
    }
    for (const part of parts) this.#parts.set(part.name, part)
    this.#context = modelOfContext(new Map([...this.#context.fields, ...fields]))
    for (const [at, name] of [...this.#context.fields.keys()].entries()) {
      this.#constants.set(name, undefined)
      if (fields.has(name)) this.#values.set(name, new ContextReader(this, at))
    }
    this.#changed()
  }

  #assertNoContext(name: string): void {
    if (this.#context.fields.has(name)) throw taken(name, 'the context')
  }

  /**
   * Returns an object that always has the present value of a constant, or of a name of the context. Reading it is faster
   * than a look-up.
   */
  constant(name: string): { readonly value: unknown } {
    const known = this.#values.get(name)
    if (known) return known
    const constant = { value: this.#constants.get(name) }
    this.#values.set(name, constant)
    return constant
  }

  #setConstant(name: string, value: unknown): void {
    this.#constants.set(name, value)
    const known = this.#values.get(name)
    // Sound: names of the context are no constants.
    if (known) (known as { value: unknown }).value = value
  }

  /**
   * Returns the model of a value, from its own constructor, its tag, or the relation that it was
   * read from.
   * @returns undefined if no model is known, or if a plain object can be of a subclass of the
   * relation's model (see `baseOf`).
   */
  modelOf(value: unknown): Model | undefined {
    if (typeof value !== 'object' || value === null) return this.#byClass.get(primitiveClass(value))
    const model = this.#byClass.get(value.constructor)
    if (model) return model
    const name = referencedModel(value) ?? tagOf(value)
    if (name !== undefined) return this.#models.get(name)
    const adopted = this.#adopted?.modelOf(value)
    return adopted === undefined || this.#hasDescendants(adopted) ? undefined : this.#models.get(adopted)
  }

  /**
   * Returns the model of a value like `modelOf`, or else a model that the value can be a subclass
   * of. That suffices for keys, and for the fields that the model declares.
   */
  baseOf(value: unknown): Model | undefined {
    const model = this.modelOf(value)
    if (model || typeof value !== 'object' || value === null) return model
    return tagOf(value) === undefined ? this.#models.get(this.#adopted?.modelOf(value) ?? '') : undefined
  }

  /**
   * Adopts a plain object as a row of a model, because of the relation that it was read from. An
   * object with a class or a tag keeps its model.
   */
  adopt(value: object, model: string): void {
    this.#adopted?.adopt(value, model, this)
  }

  /** Returns whether a value is a plain object whose model, if any, is unknown. */
  isStranger(value: unknown): value is object {
    if (!this.#adopted || typeof value !== 'object' || value === null || !isPlain(value)) return false
    const name = tagOf(value)
    return name === undefined ? this.baseOf(value) === undefined : !this.#models.has(name)
  }

  /** Returns the model registered for a class, if any; the last one if it has several names. */
  modelOfClass(cls: unknown): Model | undefined {
    return this.#byClass.get(cls)
  }

  /**
   * Returns the names of a model and of the registered classes that it extends, itself first. Empty
   * for an unknown name.
   */
  ancestors(name: string): readonly string[] {
    const known = this.#ancestors.get(name)
    if (known) return known
    const model = this.#models.get(name)
    const names: string[] = model ? [name] : []
    if (model?.class) {
      for (let at: unknown = model.class; at; at = Object.getPrototypeOf(at)) {
        for (const other of this.#names.get(at) ?? []) if (other !== name) names.push(other)
      }
    }
    this.#ancestors.set(name, names)
    return names
  }

  /**
   * Returns whether every instance of `name` is one of `ancestor`; a name is a subclass of itself.
   */
  isSubclass(name: string, ancestor: string): boolean {
    return this.ancestors(name).includes(ancestor)
  }

  /** Returns the names of the models whose instances are instances of this one, itself first. */
  descendants(name: string): readonly string[] {
    this.#descendants ??= this.#allDescendants()
    return [name, ...(this.#descendants.get(name) ?? [])]
  }

  #hasDescendants(name: string): boolean {
    this.#descendants ??= this.#allDescendants()
    return this.#descendants.has(name)
  }

  #allDescendants(): ReadonlyMap<string, readonly string[]> {
    const descendants = new Map<string, string[]>()
    for (const { name, class: cls } of this.#models.values()) {
      for (const ancestor of this.ancestors(name)) {
        if (this.#models.get(ancestor)?.class === cls) continue
        const known = descendants.get(ancestor)
        if (known) known.push(name)
        else descendants.set(ancestor, [name])
      }
    }
    return descendants
  }

  /** Returns whether it is an error to read a reference whose row is gone. It is nil by default. */
  failsWithoutRow(_field: Field): boolean {
    return false
  }

  /** Returns a field of a model, including fields of the classes that it extends. */
  field(model: string, name: string): Field | undefined {
    const own = this.typeNamed(model)?.fields.get(name)
    if (own) return own
    for (const one of this.ancestors(model)) {
      const field = this.#models.get(one)?.fields.get(name)
      if (field) return field
    }
    return undefined
  }

  /** Returns the fields of a model, and of the classes that it extends. */
  fields(model: string): readonly Field[] {
    const known = this.#fields.get(model)
    if (known) return known
    const fields = this.ancestors(model).flatMap((name) => [...(this.#models.get(name)?.fields.values() ?? [])])
    this.#fields.set(model, fields)
    return fields
  }

  /** Returns the key of a model, or else the key of a class that it extends. */
  key(model: string): readonly string[] | undefined {
    const known = this.#keys.get(model)
    if (known || this.#keys.has(model)) return known
    const owner = this.ancestors(model).find((one) => this.#models.get(one)?.key)
    const key = owner === undefined ? undefined : this.#models.get(owner)?.key
    this.#keys.set(model, key)
    return key
  }

  /**
   * Returns whether a row can be an instance of two models, or two instances of them can be the same row.
   * @returns true if both models have the same kind of key, so that keys decide; undefined if there can't be such rows
   */
  commonRows(a: string, b: string): boolean | undefined {
    if (a === b) return true
    const [left, right] = [this.keyOwner(a), this.keyOwner(b)]
    const areBoth = left !== undefined && right !== undefined
    if (areBoth ? left === right : this.#root(a) === this.#root(b)) return true
    return this.isSubclass(a, b) || this.isSubclass(b, a) ? false : undefined
  }

  #root(model: string): unknown {
    const root = this.ancestors(model).at(-1) ?? model
    return this.#models.get(root)?.class ?? root
  }

  /**
   * Returns the topmost class that declares a key for a model. Models with the same such class
   * share their rows.
   * A common superclass without a key, such as an ORM's base class, makes no rows the same.
   * @returns undefined if no key is declared.
   */
  keyOwner(model: string): unknown {
    let owner: unknown
    for (const one of this.ancestors(model)) {
      const { key, class: cls } = this.#models.get(one) ?? {}
      if (key && key.length > 0) owner = cls ?? one
    }
    return owner
  }

  #changed(): void {
    this.#version++
    this.#change++
    this.#ancestors = new Map()
    this.#keys = new Map()
    this.#fields = new Map()
    this.#descendants = undefined
  }
}

/** The parts of a model that are used once a policy is compiled. */
export type KnownModel = Pick<Model, 'name' | 'class'> & Partial<Pick<Model, 'key' | 'isaCheck' | 'isValue'>>

/** The part of a schema that is used once a policy is compiled: the models of values. */
export interface Models
  extends Pick<Schema, 'constant' | 'isSubclass' | 'commonRows' | 'key' | 'adopt' | 'isStranger'> {
  readonly models: ReadonlyMap<string, KnownModel>
  modelOf(value: unknown): KnownModel | undefined
  baseOf(value: unknown): KnownModel | undefined
  modelOfClass(cls: unknown): KnownModel | undefined
}

/** Returns the class of a text, a number or a boolean. */
export function primitiveClass(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return String
    case 'number':
      return Number
    case 'boolean':
      return Boolean
    default:
      return undefined
  }
}

/** The value of a name of a model without a class. */
export class Table {
  constructor(private readonly name: string) {}

  toString(): string {
    return this.name
  }
}

function taken(name: string, by: string): ArgumentError {
  return new ArgumentError('duplicate-name', `The name "${name}" is already registered for ${by}.`, {
    hint: 'register it under another name',
    data: { name },
  })
}

function reserved(name: string): void {
  if (isUnion(name)) {
    throw new ArgumentError('reserved-name', `The name "${name}" is reserved: it is a built-in union.`, {
      data: { name },
    })
  }
}
