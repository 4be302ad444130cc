import type { Expression } from '../../language/ast.js'
import type { Cell } from './cell.js'
import type { Machine } from './machine.js'
import type { Matcher } from './matcher.js'
import type { PolarOperator } from './polarOperator.js'
import type { Step } from './step.js'
import type { Term } from './term.js'

/**
 * A goal that waits for the value of a variable. When one of its variables is bound or linked to
 * another variable, it is proven before the query goes on. A goal that still waits when the query
 * is proven is an undecided constraint.
 */
export class Suspension {
  active = true

  constructor(
    /** Runs in a frame with these slots and ends in `exit`. */
    readonly step: Step,
    readonly slots: Term[],
    /** Its origin and its text. */
    readonly constraint: Constraint,
  ) {}
}

/** The content of a suspended goal, for readers of the constraints left on a variable. */
export type Constraint =
  | {
      readonly kind: 'operation'
      readonly operator: PolarOperator
      readonly args: readonly Term[]
      readonly node: Expression
    }
  /** `object.key` is `result` */
  | {
      readonly kind: 'lookup'
      readonly object: Term
      readonly key: string
      readonly result: Term
      readonly node: Expression
    }
  | {
      readonly kind: 'matches'
      readonly value: Term
      readonly pattern: Matcher
      /** The slots of the pattern's variables. */
      readonly slots: Term[]
      readonly node: Expression
    }
  /** All these alternatives are excluded: constraints on variables from before the negation. */
  | { readonly kind: 'not'; readonly alternatives: readonly (readonly Excluded[])[]; readonly node: Expression }

/** One binding or constraint that a proof inside a negation required. */
export type Excluded =
  | { readonly kind: 'binding'; readonly cell: Cell; readonly value: Term }
  | { readonly kind: 'constraint'; readonly constraint: Constraint }

/** Suspends a goal on variables. */
export function suspend(m: Machine, cells: readonly Cell[], step: Step, slots: Term[], constraint: Constraint): void {
  const suspension = new Suspension(step, slots, constraint)
  m.trail.push(
    new Suspended(
      cells,
      cells.map((cell) => cell.goals),
      suspension,
    ),
  )
  m.suspended++
  for (const cell of cells) cell.goals = cell.goals ? [...cell.goals, suspension] : [suspension]
}

/** An entry of the trail that is more than a binding. */
export interface Undo {
  undo(m: Machine): void
  /** The variable, if the entry records that it was linked. */
  readonly linked?: Cell
}

export class Suspended implements Undo {
  constructor(
    readonly cells: readonly Cell[],
    readonly before: readonly (readonly Suspension[] | undefined)[],
    readonly suspension: Suspension,
  ) {}

  undo(m: Machine): void {
    m.suspended--
    this.cells.forEach((cell, at) => {
      cell.goals = this.before[at]
    })
  }
}

/** Takes the goals that wait for a variable, to run next. */
export function wake(m: Machine, goals: readonly Suspension[]): void {
  for (const goal of goals) {
    if (!goal.active) continue
    goal.active = false
    m.suspended--
    m.trail.push(new Woken(goal))
    m.woken ??= []
    m.woken.push(goal)
  }
}

class Woken implements Undo {
  constructor(readonly suspension: Suspension) {}

  undo(m: Machine): void {
    m.suspended++
    this.suspension.active = true
  }
}

/** A variable that became known elsewhere. */
export class Linked implements Undo {
  readonly linked: Cell
  constructor(cell: Cell) {
    this.linked = cell
  }
  undo(): void {
    this.linked.linked = false
  }
}
