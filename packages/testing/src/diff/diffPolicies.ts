import type { Authorizer, PolicySource } from '@arcturus/core'
import { actorText } from './actors.js'
import type { Answer } from './answer.js'
import { type Comparison, comparison } from './comparison.js'
import { type Change, comparing, type DiffOptions } from './diffRun.js'
import { countsText, summaryText } from './summary.js'

/** A decision that the new policy changes. */
export type DecisionChange = Change<Answer>

/** The difference between two policies. */
export interface PolicyDiff extends Pick<Comparison, 'same' | 'actions' | 'unexamined'> {
  /** The changed decisions, in the order of the actors. */
  readonly changes: readonly DecisionChange[]
  /** The numbers of actors and of rows that were compared. */
  readonly compared: { readonly actors: number; readonly rows: number }
  /** Returns a summary: a line per action, model and direction with the number of rows by actor. */
  toString(): string
}

/**
 * Compares two policies on given actors and rows: who gains and who loses an action on which row.
 * Where the conditions of both policies are the same, no row is examined: names of variables, the
 * order of rules and alternatives, the order of goals that can't fail, and shorthand rules do not
 * matter.
 *
 * @param authorizer - An authorizer with the models of both policies. It keeps its own policy.
 * @param before - The old policy: a text, or the texts of its files.
 * @param after - The new policy.
 * @throws PolicyError if one of the policies is invalid; ArgumentError for an unknown model, and
 * `invalid-context` for a context that is not declared.
 *
 * @example
 * ```ts
 * const diff = await diffPolicies(authorizer, oldText, newText, {
 *   actors: await prisma.user.findMany(),
 *   rows: { Document: await prisma.document.findMany() },
 * })
 * console.log(String(diff)) // + edit Document: User { id: 5 } 2 rows
 * ```
 */
export function diffPolicies(
  authorizer: Authorizer,
  before: string | readonly PolicySource[],
  after: string | readonly PolicySource[],
  options: DiffOptions<DecisionChange>,
): Promise<PolicyDiff> {
  return comparing(authorizer, before, after, options, async (run) => {
    const { same, actions, unexamined, actorModels } = comparison(run.old, run.next, run.differences)
    const rows = new Map(Object.entries(run.options.rows).map(([model, list]) => [model, [...list]]))
    const questions = actions.flatMap(({ action, model, same }) =>
      same ? [] : (rows.get(model) ?? []).map((resource) => ({ action, model, resource })),
    )
    const { changes, actors } = await run.changes<(typeof questions)[number], Answer>(
      actorModels,
      questions,
      'denied',
      (asked, answers) => ({ ...asked, ...answers }),
    )
    return {
      same,
      actions,
      unexamined,
      changes,
      compared: { actors, rows: [...rows.values()].flat().length },
      toString: () => summaryText(linesOf(changes, authorizer), unexamined),
    }
  })
}

/** `+` for a row that is gained, `-` for one that is lost, `!` for one whose check becomes an error. */
export function signOf({ after }: DecisionChange): '+' | '-' | '!' {
  return typeof after === 'object' ? '!' : after === 'allowed' ? '+' : '-'
}

function linesOf(changes: readonly DecisionChange[], authorizer: Authorizer): readonly string[] {
  return countsText(
    changes.map((change) => [
      `${signOf(change)} ${change.action} ${change.model}`,
      actorText(authorizer, change.actor),
    ]),
  )
}
