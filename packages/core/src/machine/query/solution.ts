import { isThenable } from '../../values/thenable.js'
import { Cell, deref } from '../state/cell.js'
import { Fault } from '../state/fault.js'
import type { Machine } from '../state/machine.js'
import { DictTerm, ListTerm, type Term } from '../state/term.js'
import { exportTerm } from '../terms/export.js'
import { constraintsOn } from './constraints.js'

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
  let constrained = false
  for (const [name, cell] of named) {
    if (name.startsWith('_')) continue
    const value = deref(cell)
    if (m.suspended > 0) {
      const open = openCell(m, value)
      if (open !== undefined) {
        if (!accept) throw undecided(name)
        constrained = true
        solution.set(name, open === value ? constraintsOn(m, open) : exportTerm(m, value))
        continue
      }
    }
    if (cell.isBound || cell.linked) solution.set(name, exportTerm(m, value))
  }
  if (m.suspended > 0 && !constrained) assertDecided(m)
  return solution
}

/**
 * Asserts that no constraints remain on variables that the query does not name.
 * @throws Fault if one remains.
 */
export function assertDecided(m: Machine): void {
  if (m.suspended === 0) return
  const span = m.pendingNode()?.span
  throw new Fault('unhandled-constraint', 'A constraint remains on a variable that never gets a value.', {
    span,
    hint: 'bind the variable first, for example with x in […]',
  })
}

function undecided(name: string): Fault {
  return new Fault('unbound-variable', `The query constrains the variable ${name} but never gives it a value.`, {
    hint: 'bind it (x in …), or query with acceptExpression',
    data: { name },
  })
}

/** Returns a variable in a term that goals wait for. */
function openCell(m: Machine, root: Term): Cell | undefined {
  const open: Term[] = [root]
  for (let count = 0; open.length > 0; count++) {
    if (count % 512 === 511) m.spend(512)
    const term = deref(open.pop())
    if (term instanceof Cell) {
      if (term.goals?.some((goal) => goal.active)) return term
    } else if (term instanceof ListTerm) {
      for (let at = term.from; at < term.items.length; at++) open.push(term.items[at])
      if (term.rest !== undefined) open.push(term.rest)
    } else if (term instanceof DictTerm) open.push(...term.entries.values())
  }
  return undefined
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
