import type { Condition, Definite, Operand } from '../../condition/condition.js'
import { conditionsIn, operandsIn } from '../../condition/visit.js'
import { isPartial } from '../../schema/partial.js'
import { unloadedRelation } from '../../schema/reference.js'
import type { Schema } from '../../schema/schema.js'
import { tag, tagOf } from '../../schema/tags.js'
import { entryOf } from '../../values/entryOf.js'
import type { PlanContext } from '../plans/checkPlans.js'

/** A condition and the values that will be bound to it. */
export interface Unbound {
  readonly condition: Condition
  /** The actor; for a filter of actors, the resource, which has the actor's place in the condition. */
  readonly known: unknown
  readonly action: string
  /** The row before, for a filter of the rows that it may become. */
  readonly before: object | undefined
}

/** A condition with its known value bound. All filters of the same values share it. */
export interface BoundCondition {
  readonly condition: Condition
  /** Its form for printers, once it is needed. */
  definite: Definite | undefined
}

/** The maximum number of conditions that one policy keeps. */
const mostKept = 500
/** The maximum length of the text of a value. */
const mostText = 200

const kept = new WeakMap<PlanContext, BoundConditions>()

/** Returns the bound conditions of a policy. */
export function boundConditionsOf(context: PlanContext): BoundConditions {
  return entryOf(kept, context, () => new BoundConditions(context.meaning.schema))
}

/** The columns of a known value on which a bound condition depends. */
interface KnownColumns {
  /** A text of the condition and the values. */
  readonly key: string
  /** Returns a copy of the known value that has these columns alone, and that nobody changes. */
  copy(): object
}

/** What binding a condition reads of the known value. */
interface Reads {
  /** Undefined if it reads more than columns. */
  readonly columns: readonly string[] | undefined
  /** Whether the value itself is compared, by its key. */
  readonly isWhole: boolean
}

interface Kept {
  readonly prototype: object | null
  readonly tag: string | undefined
  readonly bound: BoundCondition
}

/**
 * Keeps bound conditions that depend on nothing but columns of the known value: the requests of one user bind the same
 * ones again and again.
 */
class BoundConditions {
  /** By the numbers of the conditions and the values of the columns, the least recently used first. */
  readonly #kept = new Map<string, Kept>()
  readonly #reads = new WeakMap<Condition, Reads & { readonly id: number }>()
  #conditions = 0

  constructor(private readonly schema: Schema) {}

  /** Returns the columns that the bound condition of a plan depends on; undefined if it depends on more. */
  columnsOf({ condition, known, action, before }: Unbound): KnownColumns | undefined {
    if (before || typeof known !== 'object' || known === null || unloadedRelation(known)) return undefined
    const { id, columns, isWhole } = entryOf(this.#reads, condition, () => ({
      id: this.#conditions++,
      ...readsOf(this.schema, condition),
    }))
    if (!columns) return undefined
    const values: unknown[] = []
    let key = `${id} ${JSON.stringify(action)}`
    for (const name of columns) {
      // A getter can return another value each time.
      const property = Object.getOwnPropertyDescriptor(known, name)
      if (!property || !Object.hasOwn(property, 'value')) return undefined
      // A proxy may have another one. Sound: any object can have the property.
      const value = (known as Readonly<Record<string, unknown>>)[name]
      if (!Object.is(value, property.value)) return undefined
      const text = isPartial(known, name, value) ? undefined : textOf(value)
      // Rows without a key are the same only as objects.
      if (text === undefined || (isWhole && value === null)) return undefined
      key += ` ${text}`
      values.push(value)
    }
    return { key, copy: () => copyOf(known, columns, values) }
  }

  find({ known }: Unbound, { key }: KnownColumns): BoundCondition | undefined {
    const found = this.#kept.get(key)
    if (!found || found.prototype !== Object.getPrototypeOf(known) || found.tag !== tagOf(known)) return undefined
    this.#kept.delete(key)
    this.#kept.set(key, found)
    return found.bound
  }

  keep({ known }: Unbound, { key }: KnownColumns, bound: BoundCondition): BoundCondition {
    // Sound: values that are no objects have no such columns.
    const prototype: object | null = Object.getPrototypeOf(known as object)
    this.#kept.delete(key)
    this.#kept.set(key, { prototype, tag: tagOf(known), bound })
    if (this.#kept.size > mostKept) this.#kept.delete(this.#kept.keys().next().value!)
    return bound
  }
}

function copyOf(known: object, columns: readonly string[], values: readonly unknown[]): object {
  const copy: object = Object.create(Object.getPrototypeOf(known) as object | null)
  for (const [at, name] of columns.entries())
    Object.defineProperty(copy, name, { value: values[at], enumerable: true, writable: true, configurable: true })
  const model = tagOf(known)
  if (model !== undefined) tag(copy, model)
  return copy
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.length > mostText ? undefined : JSON.stringify(value)
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value === 'bigint') return `${value}n`
  return value === null || typeof value === 'boolean' ? String(value) : undefined
}

/** Returns what binding a condition reads of the known value. */
function readsOf(schema: Schema, condition: Condition): Reads {
  const columns = new Set<string>()
  let isWhole = false
  /** Notes what an operand reads. Returns false for anything but columns. */
  const note = (operand: Operand): boolean => {
    if (operand.kind === 'value') return true
    if (operand.kind === 'list' || operand.kind === 'arithmetic') return operandsIn(operand).every(note)
    if (operand.kind !== 'path') return false
    const { root, steps } = operand
    if (root.kind === 'parameter' || root.kind === 'before') return false
    if (root.kind !== 'actor') return true
    const [step, ...others] = steps
    const names = step ? [step.name] : root.model === undefined ? undefined : schema.key(root.model)
    if (others.length > 0 || root.model === undefined || !names || names.length === 0) return false
    isWhole ||= !step
    for (const name of names) {
      if (schema.field(root.model, name)?.kind !== 'scalar') return false
      columns.add(name)
    }
    return true
  }
  for (const one of conditionsIn(condition)) {
    if (one.kind === 'isa' || one.kind === 'ref' || one.kind === 'opaque' || one.kind === 'failure')
      return { columns: undefined, isWhole }
    if (!operandsIn(one).every(note)) return { columns: undefined, isWhole }
  }
  return { columns: [...columns], isWhole }
}
