import { type ArgumentError, invalidArgument } from '../errors.js'
import { own } from '../own.js'
import { AdoptedRows, isPlain } from '../schema/adoption.js'
import type { Class } from '../schema/model.js'
import type { KnownModel, Models } from '../schema/schema.js'
import { tagOf } from '../schema/tags.js'
import { plainBuiltins } from '../schema/typeNames.js'
import type { CompiledContext, CompiledModel, CompiledPolicy, GivenModels } from './module.js'
import type { World } from './world.js'

type ModelEntry = KnownModel & Partial<CompiledModel>

/**
 * The classes and tables of a compiled policy: the schema's facts at compile time, with the classes
 * of the running application.
 */
export class CompiledModels implements Models, GivenModels {
  readonly models: Map<string, ModelEntry> = new Map()
  readonly #byClass = new Map<unknown, ModelEntry>()
  readonly #constants: Readonly<Record<string, unknown>>
  readonly #adopted = new AdoptedRows()
  /** Undefined if the policy declares no context. */
  readonly context: CompiledContext | undefined

  /** @throws ArgumentError if a class is missing. */
  constructor(policy: CompiledPolicy, { classes = {}, constants = {} }: Partial<World>) {
    const { models, kinds, context } = own(policy)
    this.#constants = constants
    this.context = context?.(this)
    // Sound: built-in classes are all constructors.
    for (const [name, cls] of kinds?.builtins ?? plainBuiltins) this.#add({ name }, cls as Class)
    for (const model of models) {
      const cls = model.hasClass ? classes[model.name] : undefined
      if (model.hasClass && typeof cls !== 'function') throw absent('classes', model.name)
      this.#add(model, cls)
    }
  }

  #add(model: Omit<ModelEntry, 'class'>, cls: Class | undefined): void {
    // An own key: a property that other code added to all objects is none.
    const known = { key: undefined, isValue: false, ...model, class: cls }
    this.models.set(model.name, known)
    if (cls) this.#byClass.set(cls, known)
  }

  classOf(model: string): unknown {
    return this.models.get(model)?.class
  }

  /** @throws ArgumentError if the application did not pass the constant. */
  constant(name: string): { readonly value: unknown } {
    const reader = this.context?.reader(name)
    if (reader) return reader
    if (!(name in this.#constants)) throw absent('constants', name)
    return { value: this.#constants[name] }
  }

  modelOf(value: unknown): KnownModel | undefined {
    const model = this.baseOf(value)
    // Sound: only objects are extended models' rows.
    const isOpen = model?.isExtended && tagOf(value) === undefined && this.#adopted.modelOf(value as object)
    return isOpen ? undefined : model
  }

  baseOf(value: unknown): ModelEntry | undefined {
    // Sound: other values are never adopted.
    const row = value as object | null | undefined
    return this.#byClass.get(row?.constructor) ?? this.models.get(tagOf(row) ?? this.#adopted.modelOf(row!) ?? '')
  }

  adopt(value: object, model: string): void {
    this.#adopted.adopt(value, model, this)
  }

  isStranger(value: unknown): value is object {
    return typeof value === 'object' && value !== null && isPlain(value) && this.baseOf(value) === undefined
  }

  modelOfClass(cls: unknown): KnownModel | undefined {
    return this.#byClass.get(cls)
  }

  isSubclass(name: string, ancestor: string): boolean {
    return name === ancestor || this.models.get(name)?.ancestors?.includes(ancestor) === true
  }

  commonRows(a: string, b: string): boolean | undefined {
    return a === b || this.models.get(a)?.relatives?.find(([model]) => model === b)?.[1]
  }

  /** The compiler has written the inherited keys, too. */
  key(name: string): readonly string[] | undefined {
    return this.models.get(name)?.key
  }
}

function absent(option: 'classes' | 'constants', name: string): ArgumentError {
  return invalidArgument(`The compiled policy needs ${name}.`, {
    hint: `pass it: createAuthorizer({ ${option}: { ${name} } })`,
  })
}
