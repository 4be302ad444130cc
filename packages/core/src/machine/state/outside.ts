import { entryOf } from '../../values/entryOf.js'
import type { Cell } from './cell.js'
import type { Term } from './term.js'
import { Variable } from './variable.js'

/** What the application has of the variables and the values of a query. */
export class Outside {
  #variables: WeakMap<Variable, Cell> | undefined = undefined
  readonly #numbers = new Map<unknown, number>()

  /** Returns the variable that represents a cell in the application. */
  variableFor(cell: Cell, name: string = cell.name ?? `_${cell.serial}`): Variable {
    const variable = new Variable(name)
    this.#variables ??= new WeakMap()
    this.#variables.set(variable, cell)
    return variable
  }

  /** Returns a value of the application as a term: a variable of this query becomes its cell. */
  import(value: unknown): Term {
    return value instanceof Variable ? (this.#variables?.get(value) ?? value) : value
  }

  /** Returns a number for a value, always the same for the same value. */
  number(value: unknown): number {
    return entryOf(this.#numbers, value, () => this.#numbers.size)
  }
}
