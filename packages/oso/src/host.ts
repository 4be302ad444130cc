import { ArgumentError, type Field, type ScalarType } from '@arcturus/core/internal/oso'
import { coreError } from './coreErrors.js'
import { DuplicateClassAliasError, InvalidConstructorError } from './errors.js'
import { type Adapter, missingAdapter } from './filter.js'
import { HostSchema } from './hostSchema.js'
import { Relation } from './relation.js'
import type { Class, ClassParams, IsaCheck, UserType } from './types.js'

/** The application's side of one `Oso`: its classes, and the adapter that queries its data. */
export class Host<Query = unknown, Resource = unknown> {
  /**
   * Registered classes by name and by class. A class with several names is found by its last one.
   */
  readonly types: Map<string | Class, UserType> = new Map()
  adapter: Adapter<Query, Resource> = missingAdapter()
  readonly schema: HostSchema = new HostSchema()

  constructor() {
    for (const { name, class: cls } of this.schema.models.values()) {
      // Sound: the classes of Polar itself are all constructors.
      this.#add(name, cls as Class, new Map(), undefined)
    }
  }

  /** Returns the registration of a name or a class; undefined if there is none. */
  getType(cls?: Class | string): UserType | undefined {
    return cls === undefined ? undefined : this.types.get(cls)
  }

  /** @throws InvalidConstructorError, DuplicateClassAliasError */
  registerClass(cls: Class, params: ClassParams = {}): void {
    if (!isConstructor(cls)) throw new InvalidConstructorError(cls)
    const name = params.name || cls.name
    const existing = this.types.get(name)?.cls
    if (existing) throw new DuplicateClassAliasError({ name, cls, existing })
    const fields = params.fields instanceof Map ? params.fields : new Map(Object.entries(params.fields ?? {}))
    this.#add(name, cls, fields, params.isaCheck)
    const isaCheck = params.isaCheck
    guarded(() =>
      this.schema.registerModel({
        name,
        class: cls,
        fields: new Map([...fields].map(([field, type]) => [field, fieldOf(field, type)])),
        key: undefined,
        closed: false,
        isaCheck,
      }),
    )
  }

  registerConstant(value: unknown, name: string): void {
    guarded(() => this.schema.registerConstant(name, value))
  }

  #add(name: string, cls: Class, fields: Map<string, Class | Relation>, isaCheck: IsaCheck | undefined): void {
    const type: UserType = { name, cls, fields, isaCheck: isaCheck ?? ((value) => isInstance(value, cls)) }
    this.types.set(cls, type)
    this.types.set(name, type)
  }
}

function isInstance(value: unknown, cls: Class): boolean {
  return value instanceof cls || (value !== null && value !== undefined && value.constructor === cls)
}

/** Returns whether `new` accepts the value, without calling the class. */
export function isConstructor(value: unknown): value is Class {
  try {
    Reflect.construct(String, [], value as Class)
    return true
  } catch {
    return false
  }
}

const scalarTypes: ReadonlyMap<unknown, ScalarType> = new Map<unknown, ScalarType>([
  [String, 'string'],
  [Number, 'float'],
  [Boolean, 'boolean'],
  [Date, 'date'],
])

/** Fields don't declare whether they can be nil, so all can. */
function fieldOf(name: string, type: Class | Relation): Field {
  if (!(type instanceof Relation)) {
    return { kind: 'scalar', name, type: scalarTypes.get(type) ?? 'unknown', nullable: true, list: type === Array }
  }
  const many = type.kind === 'many'
  return {
    kind: 'relation',
    name,
    model: type.otherType,
    many,
    nullable: !many,
    kept: true,
    from: [type.myField],
    to: [type.otherField],
  }
}

function guarded(register: () => void): void {
  try {
    register()
  } catch (error) {
    throw error instanceof ArgumentError ? coreError(error) : error
  }
}
