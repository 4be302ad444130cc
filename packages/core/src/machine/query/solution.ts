import { Fault } from '../../values/fault.js'
import { isThenable } from '../../values/thenable.js'
import { Cell, deref } from '../state/cell.js'
import type { Machine } from '../state/machine.js'
import { stillWaiting } from '../state/once.js'
import { cellsOf } from '../terms/constraint.js'
import { exportTerm } from '../terms/export.js'
import { Constraints, type Names } from './constraints.js'

/**
 * Values of the query's variables by name, without variables that start with `_` or took no part.
 */
export type Solution = ReadonlyMap<string, unknown>

/**
 * Returns the current solution of the machine. Promises among the values remain promises.
 * @param named - The variables of the query.
 * @param accept - Whether undecided constraints are accepted as values.
 * @throws Fault if undecided constraints remain and are not accepted.
 */
export function solutionOf(m: Machine, named: ReadonlyMap<string, Cell>, accept: boolean): Solution {
  const solution = new Map<string, unknown>()
  const shown = [...named].filter(([name]) => !name.startsWith('_'))
  const names = namesOf(shown)
  const constraints = m.suspended > 0 ? new Constraints(m, names) : undefined
  for (const [name, cell] of shown) {
    const value = deref(cell)
    const open = constraints && cellsOf([value]).find((one) => constraints.concern(one))
    if (open && !accept) throw undecided(name)
    if (open && open === value) solution.set(name, constraints!.on(open, name))
    else if (cell.isBound || cell.linked)
      solution.set(name, value instanceof Cell ? linked(m, value, name, names) : exportTerm(m, value))
  }
  if (constraints?.isPartial) assertDecided(m)
  return solution
}

function namesOf(shown: readonly (readonly [string, Cell])[]): Names {
  const names = new Map<Cell, string[]>()
  for (const [name, cell] of shown) {
    const value = deref(cell)
    if (value instanceof Cell) names.set(value, [...(names.get(value) ?? []), name])
  }
  return names
}

/** Returns the variable that another one is linked to; the variable itself if there is none. */
function linked(m: Machine, cell: Cell, name: string, names: Names): unknown {
  const all = names.get(cell)!
  return m.outside.variableFor(cell, all[(all.indexOf(name) + 1) % all.length])
}

/**
 * Asserts that no constraints remain on variables that the query does not name.
 * @throws Fault if one remains.
 */
export function assertDecided(m: Machine): void {
  if (m.suspended > 0) throw stillWaiting(m)
}

function undecided(name: string): Fault {
  return new Fault('unbound-variable', `The query constrains the variable ${name} but never gives it a value.`, {
    hint: 'bind it (x in …), or query with acceptExpression',
    data: { name },
  })
}

export function hasPromises(solution: Solution): boolean {
  for (const value of solution.values()) if (isThenable(value) || isListOfPromises(value)) return true
  return false
}

/** Returns a solution with all promises settled. */
export async function settledSolution(solution: Solution): Promise<Solution> {
  if (!hasPromises(solution)) return solution
  const settled = new Map<string, unknown>()
  for (const [name, value] of solution)
    settled.set(name, isListOfPromises(value) ? await Promise.all(value) : await value)
  return settled
}

function isListOfPromises(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.some(isThenable)
}
