import { QueryError } from '../../errors.js'
import type { Condition } from '../condition.js'
import { and, not, or } from '../construct.js'
import type { Next } from './terms.js'
import { BeyondConditions, type Substitution, type Unknown, type Waiting } from './terms.js'

/** The end of all goals: what still waits for a value is an error, as the machine has it. */
export const decided: Next = ({ waiting }) => and(...waiting.map(undecided))

function undecided({ at, when }: Waiting): Condition {
  const error = new QueryError(
    'unhandled-constraint',
    'A constraint is left on a variable that nothing gives a value.',
    {
      span: at.span,
      hint: 'enumerate its values before they are needed',
    },
  )
  const failure: Condition = { kind: 'failure', error }
  return when ? or(not(when), failure) : failure
}

/** A variable without a value that is known outside a negation, and where a proof inside asks something of it. */
export interface Demand {
  readonly of: Unknown
  /** Default: whatever the row. */
  readonly when: Condition | undefined
}

/**
 * What a proof inside a negation asks of variables that are known outside.
 * @param older - Variables that the rule has mentioned before.
 * @throws BeyondConditions where it is not known whether a variable is one from outside.
 */
export function demands(start: Substitution, end: Substitution, older: ReadonlySet<Unknown>): readonly Demand[] {
  const found: Demand[] = []
  const isKnown = (unknown: Unknown): boolean => start.isLinked(unknown) || start.isAwaited(unknown)
  const { bound, unified } = end.since(start)
  // Which of two stands for the other makes a difference to what the machine finds.
  if (unified.some((one) => older.has(one) || isKnown(one))) throw unclear()
  for (const of of bound) {
    // To be told the class of a value asks nothing of a variable.
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
  return new BeyondConditions('unbound-value', 'a negation asks of what has its value later', undefined)
}
