import { Expression } from './expression.js'
import type { Machine } from './machine.js'
import type { Cell } from './term.js'

/** What is known of a variable that has no value. */
export function constraintsOn(_m: Machine, _cell: Cell): Expression {
  return new Expression('And', [])
}
