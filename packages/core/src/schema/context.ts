import type { Field, Model, RelationField } from './model.js'

/** The name of the model whose fields are the names of the context. No class or table can have it. */
const contextModel = 'the context'

/** Returns the model of a context: its fields are the names that policies can use. */
export function modelOfContext(fields: ReadonlyMap<string, Field>, name: string = contextModel): Model {
  return { name, class: undefined, fields, key: undefined, closed: true, isaCheck: undefined }
}

/** The property of a name's value: the mark of its schema, and the number of the name in the order of the declarations. */
export type ContextKey = `${string}n${number}`

/** What declares a context: a schema, or the models of a compiled policy. */
export interface ContextOwner {
  /** Begins the properties of its values, and no other's that can run beside it. */
  readonly mark: string
}

/** Returns the property of a declared name's value. */
export function contextKey(mark: string, { fields }: Model, name: string): ContextKey {
  return `${mark}n${[...fields.keys()].indexOf(name)}`
}

/**
 * The values of a context, for one schema. They were validated against its declarations. Each is a property of its own,
 * undefined for a missing one: V8 reads that faster than anything else. The values of another schema do not have it.
 */
export class ContextValues {
  readonly [key: ContextKey]: unknown

  /** @param values - In the order of the names, so that all values of a schema have one shape. */
  constructor({ mark }: ContextOwner, values: readonly unknown[]) {
    // Sound: the constructor sets them.
    const own = this as Record<ContextKey, unknown>
    for (let at = 0; at < values.length; at++) own[`${mark}n${at}`] = values[at]
  }

  /** The values of the names in their order. */
  get values(): readonly unknown[] {
    return Object.values(this)
  }
}

/** The context of a question without one. */
export const noContext: ContextValues = /* @__PURE__ */ new ContextValues({ mark: '' }, [])

/**
 * What is evaluated now: an `Evaluation` of the machine. It is set before each part of an evaluation that runs without a
 * turn of the event loop, and reset after it, so that concurrent evaluations never read each other's context.
 */
export const running: Running = { current: undefined }

/** What is evaluated now, with its context. */
export interface Running {
  current: { readonly context: ContextValues } | undefined
}

/** Reads a name of the context of the running evaluation, as a constant is read. */
export class ContextReader {
  /** The number of the name in the order of the declarations. */
  readonly at: number
  readonly key: ContextKey
  readonly running: Running

  constructor({ mark }: ContextOwner, at: number, own: Running = running) {
    this.running = own
    this.at = at
    this.key = `${mark}n${at}`
  }

  /** The value; undefined if it is missing. */
  get value(): unknown {
    return this.running.current?.context[this.key]
  }
}

/** Returns whether an object holds values of the context. */
export function isOfContext(object: unknown): object is ContextReader | ContextObject {
  return object instanceof ContextReader || object instanceof ContextObject
}

/** Returns whether a field of a context is an object of it, and no list. */
export function isContextObject(
  { models }: { readonly models: ReadonlyMap<string, unknown> },
  field: Field | undefined,
): field is RelationField {
  return field?.kind === 'relation' && !field.many && !models.has(field.model)
}

/** An object of the context: a copy with the declared fields, which can have any names. */
export class ContextObject {
  readonly #place: string

  constructor(place: string) {
    this.#place = place
  }

  /** Returns its place in the context, such as `request`. */
  static placeOf(object: ContextObject): string {
    return object.#place
  }
}
