import type { Parameter } from './comparison.js'
import { refuse } from './refusal.js'
import type { SqlColumn } from './tables.js'

/** A character that is in no identifier, so that values are found again where they ended up. */
const mark = '\u0001'

/**
 * The values of a query. What is written gets marks first: parts of a query are not written in the order in which they stand in
 * it, and some places are numbered by their order.
 */
export class Placeholders {
  readonly #most: number
  readonly #values: { readonly value: unknown; readonly column: SqlColumn }[] = []
  /** Numbers of the values, by which texts are compared. */
  readonly #numbers = new Map<unknown, number>()
  #places = 0

  constructor(most: number) {
    this.#most = most
  }

  readonly take: Parameter = (value, column) => {
    this.#values.push({ value, column })
    return `${mark}${this.#values.length - 1}${mark}`
  }

  /** What is the same for texts that differ in nothing: in no word, and in no value. */
  key(text: string): string {
    const parts = text.split(mark)
    return parts.map((part, at) => (at % 2 === 0 ? part : this.#number(this.#values[Number(part)]!.value))).join(mark)
  }

  #number(value: unknown): string {
    // A map takes -0 for 0.
    if (Object.is(value, -0)) return '-0'
    const number = this.#numbers.get(value) ?? this.#numbers.size
    this.#numbers.set(value, number)
    return String(number)
  }

  /** Puts the values in their places; of a text behind the one before. */
  fill(text: string, parameter: Parameter): string {
    const parts = text.split(mark)
    // Between two marks stands the number of a value.
    this.#places += (parts.length - 1) / 2
    if (this.#places > this.#most)
      refuse(
        'bind-limit',
        `The filter has ${this.#places} values, and the database takes about ${this.#most}.`,
        undefined,
        "leave large memberships in the database: unloaded: 'database'",
      )
    return parts
      .map((part, at) => {
        if (at % 2 === 0) return part
        const { value, column } = this.#values[Number(part)]!
        return parameter(value, column)
      })
      .join('')
  }
}
