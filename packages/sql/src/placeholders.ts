import type { Parameter } from './comparison/columns.js'
import { refuse } from './refusal.js'
import type { SqlColumn } from './tables.js'

/** A character that occurs in no identifier. It marks the positions of values in the text. */
const mark = '\u0001'

/**
 * The values of a query. Placeholders are marks at first: parts of a query are not written in the
 * order of the final text. Some dialects number their placeholders by that order.
 */
export class Placeholders {
  readonly #values: { readonly value: unknown; readonly column: SqlColumn }[] = []
  /** Numbers of the values, for comparing texts. */
  readonly #numbers = new Map<unknown, number>()
  #places = 0

  constructor(private readonly most: number) {}

  readonly take: Parameter = (value, column) => {
    this.#values.push({ value, column })
    return `${mark}${this.#values.length - 1}${mark}`
  }

  /** Returns a key that is equal for texts with the same words and the same values. */
  key(text: string): string {
    const parts = text.split(mark)
    return parts.map((part, at) => (at % 2 === 0 ? part : this.#number(this.#values[Number(part)]!.value))).join(mark)
  }

  #number(value: unknown): string {
    // A map treats -0 as 0.
    if (Object.is(value, -0)) return '-0'
    const number = this.#numbers.get(value) ?? this.#numbers.size
    this.#numbers.set(value, number)
    return String(number)
  }

  /**
   * Replaces the marks of a text by placeholders. Call it in the order of the statement's texts.
   */
  fill(text: string, parameter: Parameter): string {
    const parts = text.split(mark)
    // The number of a value is between two marks.
    this.#places += (parts.length - 1) / 2
    if (this.#places > this.most)
      refuse(
        'bind-limit',
        `The filter has ${this.#places} values; the database accepts about ${this.most}.`,
        undefined,
        'leave large memberships of the actor in the database, where relations that are not loaded can stay',
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
