import type { Class } from '../../schema/model.js'
import type { Models } from '../../schema/schema.js'
import { builtinClasses, isBuiltinInstance } from '../../values/builtin.js'
import { Dict } from '../../values/dict.js'
import { type Equality, scalarsEqual } from '../../values/equality.js'
import { unknownRow } from '../../values/fault.js'
import { allKinds } from '../../values/kinds.js'
import { equalWithoutKeys, sameRow, type UnidentifiedRow, type UnknownRow } from '../../values/rows.js'

/** The equality and the classes of the values of a schema; they need no machine. */
export class SchemaValues {
  /**
   * @param equality - Decides whether two objects are equal that are not rows with keys; by default
   * they never are.
   */
  constructor(
    readonly schema: Models,
    private readonly equality: Equality | undefined,
  ) {}

  equal(left: unknown, right: unknown): boolean | Promise<boolean> {
    return scalarsEqual(left, right) ?? this.equalObjects(left, right)
  }

  protected equalObjects(left: unknown, right: unknown): boolean | Promise<boolean> {
    const same = sameRow(this.schema, left, right, allKinds, this.equality)
    return typeof same === 'boolean' || same instanceof Promise ? same : this.otherwiseEqual(left, right, same)
  }

  /** Returns whether two values are equal if keys do not decide; as `equalWithoutKeys`. */
  protected otherwiseEqual(
    left: unknown,
    right: unknown,
    same: UnidentifiedRow | UnknownRow | undefined,
  ): boolean | Promise<boolean> {
    return equalWithoutKeys(this.schema, left, right, same, this.equality)
  }

  classOf(value: unknown): string | undefined {
    switch (typeof value) {
      case 'string':
        return 'String'
      case 'number':
      case 'bigint':
        return 'Integer'
      case 'boolean':
        return 'Boolean'
      case 'function':
        return this.schema.modelOfClass(value)?.name
      case 'object':
        if (Array.isArray(value)) return 'List'
        return value instanceof Dict ? 'Dictionary' : this.rowClass(value)
      default:
        return undefined
    }
  }

  isSubclass(name: string, ancestor: string): boolean | undefined {
    const own = this.classNamed(name)
    const other = this.classNamed(ancestor)
    if (!this.#isKnown(name) || !this.#isKnown(ancestor)) return undefined
    return name === ancestor || (own !== undefined && own === other) || this.schema.isSubclass(name, ancestor)
  }

  isa(value: unknown, name: string): boolean {
    const model = this.schema.models.get(name)
    if (model === undefined) return isBuiltinInstance(value, name) ?? this.unregistered(name)
    if (model.isaCheck !== undefined) return model.isaCheck(value) === true
    const known = this.classOf(value)
    if (known !== undefined) return this.isSubclass(known, name) === true
    return isBuiltinInstance(value, name) ?? this.#isRow(value, name, model.class)
  }

  /**
   * Returns whether an object whose class is unknown or uncertain is an instance.
   * @throws Fault `unknown-row` if its class would decide.
   */
  #isRow(value: unknown, name: string, cls: Class | undefined): boolean {
    const base = this.schema.baseOf(value)?.name
    if (base !== undefined && this.schema.isSubclass(base, name)) return true
    const isOpen = base === undefined ? this.schema.isStranger(value) : this.schema.isSubclass(name, base)
    if (isOpen) throw unknownRow(value, name, 'tested for its class')
    return typeof cls === 'function' && value instanceof cls
  }

  /** Returns the name of the model that decides all class tests of an object. */
  protected rowClass(value: object | null): string | undefined {
    return this.schema.modelOf(value)?.name
  }

  protected classNamed(name: string): unknown {
    const model = this.schema.models.get(name)
    return model === undefined ? builtinClasses.get(name) : model.class
  }

  protected unregistered(name: string): never {
    throw new TypeError(`The class ${name} is not registered.`)
  }

  #isKnown(name: string): boolean {
    return this.schema.models.has(name) || builtinClasses.has(name)
  }
}
