import { shared } from './shared.js'
import { Given } from './tags.js'

/** The databases that rows are from. The whole process shares one registry, as for tags. */
interface Sources {
  get(row: object): object | undefined
  set(row: object, source: object): void
}

class Sourced extends Given {
  #source: object

  private constructor(row: object, source: object) {
    super(row)
    this.#source = source
  }

  static get(row: object): object | undefined {
    return #source in row ? row.#source : undefined
  }

  static set(row: object, source: object): void {
    if (#source in row) row.#source = source
    else if (Object.isExtensible(row)) new Sourced(row, source)
  }
}

const sources: Sources = /* @__PURE__ */ shared('arcturus.sources', Sourced)

/** Records the database that a row is from: any object that identifies the client that returned the row. */
export function setSource(row: object, source: object): void {
  sources.set(row, source)
}

/** Returns the source that was recorded for a row, if any. */
export function sourceOf(row: object): object | undefined {
  return sources.get(row)
}

const numbers = new WeakMap<object, number>()
let count = 0

/** Returns a number that rows of other databases do not have: 0 if the source of the row is unknown. */
export function sourceNumber(row: object): number {
  const source = sourceOf(row)
  if (!source) return 0
  const number = numbers.get(source) ?? ++count
  numbers.set(source, number)
  return number
}
