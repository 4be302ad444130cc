import { QueryError } from '../../errors.js'
import type { Condition } from '../condition.js'
import { and, not, or } from '../construct.js'
import type { Next } from './terms.js'
import { BeyondConditions, type Substitution, type Unknown, type Waiting } from './terms.js'

/** The last continuation: each goal that still waits is an error, as in the machine. */
export const decided: Next = ({ waiting }) => and(...waiting.map(undecided))

/**
 * Returns the errors of the goals that wait at the end of a negation for variables of its own, which
 * never get a value.
 */
export function unanswered(start: Substitution, end: Substitution): readonly Condition[] {
  const isKnown = (unknown: Unknown): boolean => start.isLinked(unknown) || start.isAwaited(unknown)
  return end.waiting.filter((goal) => !start.waiting.includes(goal) && !goal.on.some(isKnown)).map(undecided)
}

function undecided({ at, when }: Waiting): Condition {
  const error = new QueryError('unhandled-constraint', 'A constraint remains on a variable that never gets a value.', {
    span: at.span,
    hint: 'bind the variable first, for example with x in […]',
  })
  const failure: Condition = { kind: 'failure', error }
  return when ? or(not(when), failure) : failure
}

/**
 * An unbound variable from outside a negation, and the condition under which a proof inside
 * constrains it.
 */
export interface Demand {
  readonly of: Unknown
  /** Default: for every row. */
  readonly when: Condition | undefined
}

/**
 * Returns the constraints that a proof inside a negation imposes on variables from outside.
 * @param older - Variables that the rule has mentioned before.
 * @throws BeyondConditions if it is unknown whether a variable is from outside.
 */
export function demands(start: Substitution, end: Substitution, older: ReadonlySet<Unknown>): readonly Demand[] {
  const found: Demand[] = []
  const isKnown = (unknown: Unknown): boolean => start.isLinked(unknown) || start.isAwaited(unknown)
  const { bound, unified } = end.since(start)
  // The direction of the binding affects the result of the machine.
  if (unified.some((one) => older.has(one) || isKnown(one))) throw unclear()
  for (const of of bound) {
    // Narrowing the class of a bound variable does not constrain it.
    if (start.resolve({ kind: 'unknown', unknown: of }).kind !== 'unknown') continue
    if (isKnown(of)) found.push({ of, when: undefined })
    else if (older.has(of) && end.isAwaited(of)) throw unclear()
  }
  for (const { on, when } of end.waiting.filter((goal) => !start.waiting.includes(goal))) {
    for (const of of on) {
      if (isKnown(of)) found.push({ of, when })
      else if (older.has(of) && end.isLinked(of)) throw unclear()
    }
  }
  return found
}

function unclear(): BeyondConditions {
  return new BeyondConditions('unbound-value', 'a negation reads a variable that is bound later', undefined)
}
