import { ArgumentError } from '../errors.js'
import { AdoptedRows, isPlain } from '../schema/adoption.js'
import type { Class } from '../schema/model.js'
import { arePartial, leftOut, type References } from '../schema/partial.js'
import { type KnownModel, type Models, primitiveClass } from '../schema/schema.js'
import { tagOf } from '../schema/tags.js'
import { builtinClasses } from '../values/builtin.js'
import type { CompiledPolicy } from './module.js'

/**
 * The classes and tables of a compiled policy: the schema's facts at compile time, with the classes
 * of the running application.
 */
export class CompiledModels implements Models {
  readonly models: Map<string, KnownModel> = new Map()
  readonly constants: Map<string, unknown> = new Map([['nil', null]])
  readonly #byClass = new Map<unknown, KnownModel>()
  readonly #ancestors = new Map<string, readonly string[]>()
  readonly #references = new Map<string, References>()
  readonly #adopted = new AdoptedRows(this)
  /** Models that other models extend. */
  readonly #parents = new Set<string>()

  /** @throws ArgumentError if a class or a constant is missing. */
  constructor(
    { models, constants }: CompiledPolicy,
    classes: Readonly<Record<string, Class>>,
    values: Readonly<Record<string, unknown>>,
  ) {
    // Sound: built-in classes are all constructors.
    for (const [name, cls] of builtinClasses)
      this.#add(
        name,
        cls as Class,
        undefined,
        [...builtinClasses.keys()].filter((other) => builtinClasses.get(other) === cls),
      )
    for (const { name, key, hasClass, ancestors = [name], references = [] } of models) {
      this.#references.set(name, references)
      const cls = classes[name]
      if (hasClass && typeof cls !== 'function') throw absent('class', name)
      this.#add(name, hasClass ? cls : undefined, key, ancestors)
    }
    for (const [name, { class: cls }] of this.models)
      for (const one of this.ancestors(name)) if (this.models.get(one)?.class !== cls) this.#parents.add(one)
    for (const name of constants) {
      if (!(name in values)) throw absent('constant', name)
      this.constants.set(name, values[name])
    }
  }

  #add(name: string, cls: Class | undefined, key: readonly string[] | undefined, ancestors: readonly string[]): void {
    const model: KnownModel = { name, class: cls, key }
    this.models.set(name, model)
    this.#ancestors.set(name, ancestors)
    if (!cls) return
    this.#byClass.set(cls, model)
    this.constants.set(name, cls)
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
   * Whether a plain object, which can be the copy of a row, has nil for a reference to a row. A
   * filter may have omitted that row.
   */
  isLeftOut(value: unknown): boolean {
    const references = arePartial() ? this.#references.get(tagOf(value) ?? '') : undefined
    // Sound: only objects have a tag.
    return references !== undefined && leftOut(value as object, references).length > 0
  }

  modelOfClass(cls: unknown): KnownModel | undefined {
    return this.#byClass.get(cls)
  }

  ancestors(name: string): readonly string[] {
    return this.#ancestors.get(name) ?? []
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

function absent(what: string, name: string): ArgumentError {
  const option = what === 'class' ? 'classes' : 'constants'
  return new ArgumentError('invalid-argument', `The compiled policy needs the ${what} ${name}, which was not passed.`, {
    hint: `pass it: createAuthorizer({ ${option}: { ${name} } })`,
  })
}
