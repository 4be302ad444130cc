import { allKinds, builtinClasses, type Field, type Model } from '@arcturus/core/internal/oso'
import { HostSchema } from '../hostSchema.js'
import type { StoredClasses } from './classes.js'

/** The registered classes with the keys that a database has for them. */
export class StoredSchema extends HostSchema {
  readonly #unregistered: Model = { ...nothing, name: 'an unregistered class' }

  /**
   * @param hasDefaultEquality - Whether objects are equal by content and class. Then an object of
   * an unregistered class equals no row.
   */
  constructor(
    host: HostSchema,
    stored: StoredClasses,
    private readonly hasDefaultEquality: boolean,
  ) {
    super()
    for (const model of host.models.values()) {
      if (builtinClasses.has(model.name)) continue
      const fields = new Map([...model.fields].flatMap(([, field]) => storedFields(model.name, field, stored)))
      this.registerModel({ ...model, fields, key: stored.key(model.name) })
    }
  }

  /** Returns false: `References` excludes the rows whose references fail. */
  override failsWithoutRow(): boolean {
    return false
  }

  override baseOf(value: unknown): Model | undefined {
    const base = super.baseOf(value)
    if (base || !this.hasDefaultEquality || typeof value !== 'object' || value === null) return base
    return allKinds.isValue(value) ? undefined : this.#unregistered
  }
}

/**
 * Returns the fields of a database for a field. A relation whose reference is not kept has no
 * columns of its own that represent the row. One that can lead to several rows has a list of them.
 */
function storedFields(model: string, field: Field, stored: StoredClasses): readonly (readonly [string, Field])[] {
  const { name } = field
  if (field.kind !== 'relation' || field.many || stored.isKept?.(model, name)) return [[name, field]]
  const one: Field = { ...field, kept: false, from: [], to: [] }
  if (stored.isUnique?.(model, name) ?? true) return [[name, one]]
  return [
    [name, one],
    [`*${name}`, { ...field, name: `*${name}`, many: true, nullable: false }],
  ]
}

const nothing = { class: undefined, fields: new Map(), key: undefined, closed: true, isaCheck: undefined } as const
