import type { Authorizer, PolicySource } from '@arcturus/core'
import { builtinClasses, fieldActionsOf } from '@arcturus/core/internal/testing'
import { actorText } from './actors.js'
import type { FieldAnswer } from './answer.js'
import { type Change, comparing, type DiffOptions } from './diffRun.js'
import { countsText } from './summary.js'

/** A row of which the new policy allows other fields. */
export interface FieldChange extends Change<FieldAnswer> {
  readonly resource: object
  /** The fields that only the new policy allows. */
  readonly gained: readonly string[]
  /** The fields that only the old policy allows. */
  readonly lost: readonly string[]
}

/** The difference between two policies in the decisions of `allow_field`. */
export interface FieldDiff {
  /** The rows whose allowed fields change, in the order of the actors. */
  readonly changes: readonly FieldChange[]
  /** The numbers of actors and of rows that were compared. */
  readonly compared: { readonly actors: number; readonly rows: number }
  /** Returns a summary: a line per action, field and direction with the number of rows by actor. */
  toString(): string
}

/**
 * Compares the fields that two policies allow on given actors and rows, by rules of `allow_field`: which field of which row
 * an actor gains or loses for each action that these rules name. A policy with no such rule for an action allows no field, as
 * `authorizedFields` does. Whether the action itself is allowed is compared by `diffPolicies`.
 *
 * @param authorizer - An authorizer with the models of both policies. It keeps its own policy.
 * @param before - The old policy: a text, or the texts of its files.
 * @param after - The new policy.
 * @throws the errors of `diffPolicies`.
 *
 * @example
 * ```ts
 * const diff = await diffFields(authorizer, oldText, newText, { actors: [ada], rows: { User: users } })
 * console.log(String(diff)) // + read User.salary: User { id: 5 } 2
 * ```
 */
export function diffFields(
  authorizer: Authorizer,
  before: string | readonly PolicySource[],
  after: string | readonly PolicySource[],
  options: DiffOptions<FieldChange>,
): Promise<FieldDiff> {
  return comparing(authorizer, before, after, options, async (run) => {
    const { old, next, differences } = run
    const { schema, readAction } = old
    const models = [...schema.models.keys()].filter((name) => !builtinClasses.has(name))
    const actorModels = (): readonly string[] =>
      models.filter((actor) => models.some((model) => differences.ofFields({ model: actor }, { model })))
    const actionsOf = (model: string): ReadonlySet<string> =>
      new Set([old, next].flatMap(({ policy }) => [...fieldActionsOf(policy!, schema.ancestors(model), readAction)]))
    const rows = Object.entries(run.options.rows).flatMap(([model, list]) =>
      [...list].map((resource) => ({ model, resource })),
    )
    const questions = rows.flatMap(({ model, resource }) =>
      [...actionsOf(old.modelOf(resource) ?? model)].map((action) => ({
        action,
        model,
        resource,
        ofFields: true as const,
      })),
    )
    const { changes, actors } = await run.changes<(typeof questions)[number], FieldAnswer>(
      actorModels,
      questions,
      [],
      ({ ofFields: _, ...asked }, { before, after }) => {
        const [was, is] = [before, after].map((answer) => ('error' in answer ? [] : answer))
        const [gained, lost] = [
          is!.filter((field) => !was!.includes(field)),
          was!.filter((field) => !is!.includes(field)),
        ]
        return { ...asked, before, after, gained, lost }
      },
    )
    return {
      changes,
      compared: { actors, rows: rows.length },
      toString: () => {
        const lines = changes.flatMap(({ actor, action, model, after, gained, lost }) => {
          const show = actorText(old, actor)
          const line = (sign: string, what: string): readonly [string, string] => [`${sign} ${action} ${what}`, show]
          return 'error' in after
            ? [line('!', `fields of ${model}`)]
            : [
                ...gained.map((field) => line('+', `${model}.${field}`)),
                ...lost.map((field) => line('-', `${model}.${field}`)),
              ]
        })
        return lines.length === 0 ? 'No compared decision on fields changes.' : countsText(lines).join('\n')
      },
    }
  })
}
