import { ArgumentError, type Authorizer, type Context, type PolicySource } from '@arcturus/core'
import { own, RelationMemory, Residuals, showObject } from '@arcturus/core/internal/testing'
import { type Actors, actorsOf } from './actors.js'
import { type Answer, answerOf, type Check, isSame } from './answer.js'
import { type ComparedAction, comparison, loadBoth, type Unexamined } from './comparison.js'
import { Differences } from './differences.js'
import { countsText, summaryText } from './summary.js'

export interface DiffOptions {
  /** The actors to compare. `null` is an anonymous user. */
  readonly actors: Actors
  /** The rows to compare, by model. Relations that are not loaded are loaded if there is a loader. */
  readonly rows: Readonly<Record<string, Iterable<object>>>
  /** The context of all questions. Default: that of the authorizer. */
  readonly context?: Context
  /** Called with each change as soon as it is found. */
  readonly onChange?: (change: DecisionChange) => void
  /** Called before each actor, with the number of actors that are done. */
  readonly onProgress?: (done: number) => void
}

/** A decision that the new policy changes. */
export interface DecisionChange extends Check {
  readonly model: string
  readonly before: Answer
  readonly after: Answer
}

/** The difference between two policies. */
export interface PolicyDiff {
  /** Whether the policies provably give the same answers, whatever the data. */
  readonly same: boolean
  readonly actions: readonly ComparedAction[]
  /** Decisions that are not about rows, for which the policies can differ. They are not compared. */
  readonly unexamined: readonly Unexamined[]
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
export async function diffPolicies(
  authorizer: Authorizer,
  before: string | readonly PolicySource[],
  after: string | readonly PolicySource[],
  given: DiffOptions,
): Promise<PolicyDiff> {
  const options = own(given)
  const [old, next] = loadBoth(authorizer, before, after, options.context)
  assertModels(authorizer, options.rows)
  return remembering(authorizer, () => compare(authorizer, old, next, options))
}

/** @throws ArgumentError `unknown-model` for rows of an unknown model. */
export function assertModels({ schema }: Authorizer, rows: DiffOptions['rows']): void {
  for (const model of Object.keys(rows))
    if (!schema.models.has(model))
      throw new ArgumentError('unknown-model', `Unknown model "${model}" in \`rows\`.`, {
        hint: 'register it, or correct its name',
      })
}

/** Runs a comparison. All its questions are about the same data, so that each relation is loaded once. */
export async function remembering<Result>(authorizer: Authorizer, compare: () => Promise<Result>): Promise<Result> {
  const memory = new RelationMemory()
  const forget = authorizer.rememberIn(() => memory)
  try {
    return await compare()
  } finally {
    forget()
  }
}

async function compare(
  authorizer: Authorizer,
  old: Authorizer,
  next: Authorizer,
  options: DiffOptions,
): Promise<PolicyDiff> {
  const { schema } = authorizer
  const differences = new Differences(old, next, new Residuals(old))
  const compared = comparison(old, next, differences)
  const { same, actions, unexamined } = compared
  const rows = new Map(Object.entries(options.rows).map(([model, list]) => [model, [...list]]))
  const changes: DecisionChange[] = []
  let done = 0
  for await (const actor of actorsOf(options.actors, compared)) {
    options.onProgress?.(done)
    done++
    for (const { action, model, same } of actions) {
      if (same) continue
      for (const resource of rows.get(model) ?? []) {
        const check = { actor, action, resource }
        if (!differences.canBe(check)) continue
        const [was, is] = [await decision(old, check), await decision(next, check)]
        if (isSame(was, is)) continue
        const change = { ...check, model, before: was, after: is }
        changes.push(change)
        options.onChange?.(change)
      }
    }
  }
  const count = [...rows.values()].reduce((sum, list) => sum + list.length, 0)
  return {
    same,
    actions,
    unexamined,
    changes,
    compared: { actors: done, rows: count },
    toString: () =>
      summaryText(
        linesOf(changes, (value) => (value === null ? 'nobody' : showObject(schema, value))),
        unexamined,
      ),
  }
}

/** Nobody may perform an action that a policy does not name. */
async function decision(authorizer: Authorizer, check: Check): Promise<Answer> {
  const answer = await answerOf(authorizer, check)
  return typeof answer === 'object' && answer.error === 'unknown-action' ? 'denied' : answer
}

/** `+` for a row that is gained, `-` for one that is lost, `!` for one whose check becomes an error. */
function signOf({ after }: DecisionChange): '+' | '-' | '!' {
  return typeof after === 'object' ? '!' : after === 'allowed' ? '+' : '-'
}

function linesOf(changes: readonly DecisionChange[], show: (value: unknown) => string): readonly string[] {
  return countsText(changes.map((change) => [`${signOf(change)} ${change.action} ${change.model}`, show(change.actor)]))
}
