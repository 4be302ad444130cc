import { ArgumentError } from '../errors.js'
import { AdoptedRows, isPlain } from './adoption.js'
import type { Field, Model } from './model.js'
import { referencedModel } from './reference.js'
import { tagOf } from './tags.js'

/**
 * The names that a policy can speak of: models (classes and tables) and constants. It grows while the application starts;
 * a policy is checked against it when it is loaded.
 */
export class Schema {
  readonly #models = new Map<string, Model>()
  readonly #constants = new Map<string, unknown>()
  readonly #byClass = new Map<unknown, Model>()
  /** The names of a class, where it has any. */
  readonly #names = new Map<unknown, string[]>()
  #ancestors = new Map<string, readonly string[]>()
  #keys = new Map<string, readonly string[] | undefined>()
  #fields = new Map<string, readonly Field[]>()
  #descendants: ReadonlyMap<string, readonly string[]> | undefined
  /** Undefined where relations say nothing of plain objects. */
  readonly #adopted: AdoptedRows | undefined
  #version = 0

  /** @param adopts - Whether a plain object that a relation leads to is a row of the relation's model. */
  constructor(adopts = true) {
    this.#adopted = adopts ? new AdoptedRows(this) : undefined
  }

  /** Models by name; a class can be registered under several names. */
  get models(): ReadonlyMap<string, Model> {
    return this.#models
  }

  /**
   * Constants by name. A class is one as well: its name in the place of a value is the class itself. The name of a model
   * without a class stands for a value that equals nothing else; it must not be taken for a variable.
   */
  get constants(): ReadonlyMap<string, unknown> {
    return this.#constants
  }

  /** Grows with every new name, so that what was derived from the schema can be told stale. */
  get version(): number {
    return this.#version
  }

  /** Whether a policy can use this name for a class or a constant. */
  isName(name: string): boolean {
    return this.#models.has(name) || this.#constants.has(name)
  }

  /** Adds a model. @throws ArgumentError when the name is taken by another one. */
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
    if (model.class && !known) {
      const names = this.#names.get(model.class)
      if (names) names.push(model.name)
      else this.#names.set(model.class, [model.name])
    }
    this.#models.set(model.name, model)
    if (model.class) {
      this.#byClass.set(model.class, model)
      this.#constants.set(model.name, model.class)
    } else if (!this.#constants.has(model.name)) this.#constants.set(model.name, new Table(model.name))
    this.#changed()
  }

  /**
   * Adds a constant, or replaces it: policies read constants anew at each check.
   * @throws ArgumentError for a name that is reserved, or no text.
   */
  registerConstant(name: string, value: unknown): void {
    if (typeof name !== 'string')
      throw new ArgumentError('invalid-argument', 'The name of a constant must be a string.', {
        hint: 'pass the value first: registerConstant(value, name)',
      })
    reserved(name)
    const isNew = !this.#constants.has(name)
    this.#constants.set(name, value)
    if (isNew) this.#changed()
  }

  /**
   * The model of a value: of just its constructor, as tagged, or as the relation says that it was read from. Undefined where none is
   * known, and for a plain object that can be of a subclass of the relation's model (see `baseOf`).
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

  /** As `modelOf`, but also a model that the value can be a subclass of: enough for keys, and for the fields that the model declares. */
  baseOf(value: unknown): Model | undefined {
    const model = this.modelOf(value)
    if (model || typeof value !== 'object' || value === null) return model
    return tagOf(value) === undefined ? this.#models.get(this.#adopted?.modelOf(value) ?? '') : undefined
  }

  /** Takes a plain object for a row of a model, as the relation says that it was read from. What has a class or a tag keeps it. */
  adopt(value: object, model: string): void {
    this.#adopted?.adopt(value, model)
  }

  /** Whether nothing says which model a plain object is a row of, if any. */
  isStranger(value: unknown): value is object {
    if (!this.#adopted || typeof value !== 'object' || value === null || !isPlain(value)) return false
    const name = tagOf(value)
    return name === undefined ? this.baseOf(value) === undefined : !this.#models.has(name)
  }

  /** The model registered for a class, if any; the last one where it has several names. */
  modelOfClass(cls: unknown): Model | undefined {
    return this.#byClass.get(cls)
  }

  /** Names of a model and of the registered classes that it extends, itself first. Empty for an unknown name. */
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

  /** Whether every instance of `name` is one of `ancestor`; a name is a subclass of itself. */
  isSubclass(name: string, ancestor: string): boolean {
    return this.ancestors(name).includes(ancestor)
  }

  /** Names of the models whose instances are instances of this one, itself first. */
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

  /** The field of a model, also where it was declared for a class that it extends. */
  field(model: string, name: string): Field | undefined {
    const own = this.#models.get(model)?.fields.get(name)
    if (own) return own
    for (const one of this.ancestors(model)) {
      const field = this.#models.get(one)?.fields.get(name)
      if (field) return field
    }
    return undefined
  }

  /** The fields of a model, and of the classes that it extends. */
  fields(model: string): readonly Field[] {
    const known = this.#fields.get(model)
    if (known) return known
    const fields = this.ancestors(model).flatMap((name) => [...(this.#models.get(name)?.fields.values() ?? [])])
    this.#fields.set(model, fields)
    return fields
  }

  /** The key of a model, also where it was declared for a class that it extends. */
  key(model: string): readonly string[] | undefined {
    const known = this.#keys.get(model)
    if (known || this.#keys.has(model)) return known
    const owner = this.ancestors(model).find((one) => this.#models.get(one)?.key)
    const key = owner === undefined ? undefined : this.#models.get(owner)?.key
    this.#keys.set(model, key)
    return key
  }

  /**
   * Where the rows of a model get their keys from: the topmost class that declares one. Models with one such class share their
   * rows; a common class without a key (what an ORM lets every class extend) makes no rows the same.
   * @returns undefined where no key is declared.
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
    this.#ancestors = new Map()
    this.#keys = new Map()
    this.#fields = new Map()
    this.#descendants = undefined
  }
}

/** What matters of a model once a policy is compiled. */
export type KnownModel = Pick<Model, 'name' | 'class' | 'key'> & Partial<Pick<Model, 'isaCheck'>>

/** What a schema says of values: all that is asked once a policy is compiled. */
export interface Models
  extends Pick<Schema, 'constants' | 'ancestors' | 'isSubclass' | 'key' | 'keyOwner' | 'adopt' | 'isStranger'> {
  readonly models: ReadonlyMap<string, KnownModel>
  modelOf(value: unknown): KnownModel | undefined
  baseOf(value: unknown): KnownModel | undefined
  modelOfClass(cls: unknown): KnownModel | undefined
}

/** The class of a text, a number or a boolean. */
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

/** What the name of a model without a class stands for in the place of a value. */
export class Table {
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  toString(): string {
    return this.#name
  }
}

function reserved(name: string): void {
  if (name === 'Actor' || name === 'Resource') {
    throw new ArgumentError('reserved-name', `The name "${name}" is reserved: it is a built-in union.`, {
      data: { name },
    })
  }
}
