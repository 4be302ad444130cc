import { shared } from './shared.js'

/**
 * Which model a plain object is a row of. One registry for the whole process, also where two copies of this package are
 * loaded; nobody else can tell by a row that it is tagged. Questions only read it; a row has one model, whoever asks.
 */
interface Tags {
  get(row: object): string | undefined
  set(row: object, model: string): void
}

class Given {
  constructor(row: object) {
    // biome-ignore lint/correctness/noConstructorReturn: so that a subclass puts its private fields on the row
    return row
  }
}

/** Keeps the model in a private field of the row: for the rows of a list that takes a tenth of the time of a WeakMap's entries. */
class Tagged extends Given {
  #model: string

  private constructor(row: object, model: string) {
    super(row)
    this.#model = model
  }

  /** The models of rows that take no fields any more. */
  static readonly #others = new WeakMap<object, string>()
  /** Mostly there is none. */
  static #hasOthers = false

  static get(row: object): string | undefined {
    if (#model in row) return row.#model
    return Tagged.#hasOthers ? Tagged.#others.get(row) : undefined
  }

  static set(row: object, model: string): void {
    if (#model in row) row.#model = model
    else if (Object.isExtensible(row)) new Tagged(row, model)
    else {
      Tagged.#others.set(row, model)
      Tagged.#hasOthers = true
    }
  }
}

/** Looked up once: every check of a plain object asks it. */
const tags: Tags = shared('arcturus.tags', Tagged)

/** Remembers that a row belongs to a model; a later call for the same row replaces the earlier one. */
export function tag(row: object, model: string): void {
  tags.set(row, model)
}

/** The model that was remembered for a value, if any. */
export function tagOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? tags.get(value) : undefined
}
