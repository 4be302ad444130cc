import type { Authorizer } from '@arcturus/core/internal/writes'
import { ArgumentError, QueryError } from '@arcturus/core/internal/writes'
import { engineFor } from './engineFor.js'

/**
 * Decides whether an actor may perform an action on a row that is not in the database yet, by the
 * values that are known of it.
 * @param values - The columns whose stored values are known: a new object, which becomes the row.
 * @returns undefined if the decision needs more: a column that the database computes, or a relation.
 */
export function decideNewRow(
  authorizer: Authorizer,
  actor: unknown,
  action: string,
  model: string,
  values: Readonly<Record<string, unknown>>,
): boolean | undefined {
  const row = authorizer.as(model, values)
  const { decider, listeners } = engineFor(authorizer)
  try {
    const decision = listeners.open('check', actor, action, row)
    if (!decision) return decider.quietly(actor, action, row)
    decision.isPart = true
    return decision.made(decision.attempt(() => decider.quietly(actor, action, row)))
  } catch (error) {
    if (error instanceof QueryError) return undefined
    if (isOwnAction(error, action)) return false
    throw error
  }
}

/** Returns whether an error says that no rule names one of the actions of operations: then it is allowed on no row. */
export function isOwnAction(error: unknown, action: string): boolean {
  return (
    error instanceof ArgumentError && error.code === 'unknown-action' && ['create', 'update', 'delete'].includes(action)
  )
}
