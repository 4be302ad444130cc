import type { Field, Model } from './model.js'

/** The name of the model whose fields are the names of the context. No class or table can have it. */
const contextModel = 'the context'

/** Returns the model of a context: its fields are the names that policies can use. */
export function modelOfContext(fields: ReadonlyMap<string, Field>, name: string = contextModel): Model {
  return { name, class: undefined, fields, key: undefined, closed: true, isaCheck: undefined }
}

/** The values of a context, for one schema. They were validated against its declarations. */
export class ContextValues {
  readonly schema: object
  /** The values of the names in their order; undefined for a missing one. */
  readonly values: readonly unknown[]

  constructor(schema: object, values: readonly unknown[]) {
    this.schema = schema
    this.values = values
  }
}

/**
 * What is evaluated now: an `Evaluation` of the machine. It is set before each part of an evaluation that runs without a
 * turn of the event loop, and reset after it, so that concurrent evaluations never read each other's context.
 */
export const running: Running = { current: undefined }

/** What is evaluated now, with its context. */
export interface Running {
  current: { readonly context: ContextValues | undefined } | undefined
}

/** Reads a name of the context of the running evaluation, as a constant is read. */
export class ContextReader {
  /** The number of the name in the order of the declarations. */
  readonly at: number
  readonly #schema: object
  readonly #running: Running

  constructor(schema: object, at: number, own: Running = running) {
    this.#running = own
    this.#schema = schema
    this.at = at
  }

  /** The value; undefined if the context is missing, or is one of another schema. */
  get value(): unknown {
    const context = this.#running.current?.context
    return context !== undefined && context.schema === this.#schema ? context.values[this.at] : undefined
  }
}

/** Returns whether an object holds values of the context. */
export function isOfContext(object: unknown): object is ContextReader | ContextObject {
  return object instanceof ContextReader || object instanceof ContextObject
}

/** An object of the context: a copy with the declared fields. */
export abstract class ContextObject {
  /** Its place in the context, such as `request`. */
  abstract get path(): string
}
