import { ArgumentError } from '../errors.js'
import { AdoptedRows, isPlain } from '../schema/adoption.js'
import type { Class } from '../schema/model.js'
import { type KnownModel, type Models, primitiveClass } from '../schema/schema.js'
import { tagOf } from '../schema/tags.js'
import type { CompiledModel, CompiledPolicy } from './module.js'
import { plainBuiltins } from './plainKinds.js'

interface Known extends KnownModel {
  readonly ancestors?: CompiledModel['ancestors'] | undefined
  readonly references?: CompiledModel['references'] | undefined
}

/**
 * The classes and tables of a compiled policy: the schema's facts at compile time, with the classes
 * of the running application.
 */
export class CompiledModels implements Models {
  readonly models: Map<string, Known> = new Map()
  readonly constants: Map<string, unknown> = new Map([['nil', null]])
  readonly #byClass = new Map<unknown, Known>()
  readonly #leftOut: CompiledPolicy['leftOut']
  readonly #adopted = new AdoptedRows(this)
  /** Models that other models extend. */
  readonly #parents = new Set<string>()

  /** @throws ArgumentError if a class or a constant is missing. */
  constructor(
    { models, constants, kinds, leftOut }: CompiledPolicy,
    classes: Readonly<Record<string, Class>>,
    values: Readonly<Record<string, unknown>>,
  ) {
    this.#leftOut = leftOut
    const builtins = kinds?.builtins ?? plainBuiltins
    for (const [name, cls] of builtins) {
      const ancestors = [...builtins.keys()].filter((other) => builtins.get(other) === cls)
      // Sound: built-in classes are all constructors.
      this.#add({ name, class: cls as Class, key: undefined, ancestors })
    }
    for (const { name, key, hasClass, ancestors, references } of models) {
      const cls = hasClass ? classes[name] : undefined
      if (hasClass && typeof cls !== 'function') throw absent('class', name)
      this.#add({ name, class: cls, key, ancestors, references })
    }
    for (const { name, class: cls } of this.models.values())
      for (const one of this.ancestors(name)) if (this.models.get(one)?.class !== cls) this.#parents.add(one)
    for (const name of constants) {
      if (!(name in values)) throw absent('constant', name)
      this.constants.set(name, values[name])
    }
  }

  #add(model: Known): void {
    this.models.set(model.name, model)
    if (!model.class) return
    this.#byClass.set(model.class, model)
    this.constants.set(model.name, model.class)
  }

  constant(name: string): { readonly value: unknown } {
    return { value: this.constants.get(name) }
  }

  modelOf(value: unknown): KnownModel | undefined {
    if (typeof value !== 'object' || value === null) return this.#byClass.get(primitiveClass(value))
    const model = this.#byClass.get(value.constructor)
    if (model) return model
    const name = tagOf(value)
    if (name !== undefined) return this.models.get(name)
    const adopted = this.#adopted.modelOf(value)
    return adopted === undefined || this.#parents.has(adopted) ? undefined : this.models.get(adopted)
  }

  baseOf(value: unknown): KnownModel | undefined {
    const model = this.modelOf(value)
    if (model || typeof value !== 'object' || value === null) return model
    return tagOf(value) === undefined ? this.models.get(this.#adopted.modelOf(value) ?? '') : undefined
  }

  adopt(value: object, model: string): void {
    this.#adopted.adopt(value, model)
  }

  isStranger(value: unknown): value is object {
    return typeof value === 'object' && value !== null && isPlain(value) && this.baseOf(value) === undefined
  }

  /**
   * Whether a plain object, which can be the copy of a row, has nil for a reference to a row. If any row is
   * partial, a filter may have omitted that row.
   */
  isLeftOut(value: unknown): boolean {
    if (!this.#leftOut) return false
    const references = this.models.get(tagOf(value) ?? '')?.references
    // Sound: only objects have a tag.
    return references !== undefined && this.#leftOut(value as object, references).length > 0
  }

  modelOfClass(cls: unknown): KnownModel | undefined {
    return this.#byClass.get(cls)
  }

  ancestors(name: string): readonly string[] {
    const model = this.models.get(name)
    return model ? (model.ancestors ?? [name]) : []
  }

  isSubclass(name: string, ancestor: string): boolean {
    return this.ancestors(name).includes(ancestor)
  }

  /** The compiler has written the inherited keys, too. */
  key(name: string): readonly string[] | undefined {
    return this.models.get(name)?.key
  }

  keyOwner(name: string): unknown {
    const owner = this.ancestors(name).findLast((one) => this.key(one)?.length)
    return owner === undefined ? undefined : (this.models.get(owner)?.class ?? owner)
  }
}

function absent(what: 'class' | 'constant', name: string): ArgumentError {
  const option = what === 'class' ? 'classes' : 'constants'
  return new ArgumentError('invalid-argument', `The compiled policy needs the ${what} ${name}.`, {
    hint: `pass it: createAuthorizer({ ${option}: { ${name} } })`,
  })
}
