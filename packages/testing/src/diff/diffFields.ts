import { ArcturusError, type Authorizer, type PolicySource } from '@arcturus/core'
import { builtinClasses, fieldActionsOf, own, Residuals, showObject } from '@arcturus/core/internal/testing'
import { actorsOf } from './actors.js'
import { loadBoth } from './comparison.js'
import { Differences } from './differences.js'
import { assertModels, type DiffOptions, remembering } from './diffPolicies.js'
import { countsText } from './summary.js'

/** The fields of a row on which an action is allowed, in alphabetical order, or the code of an error. */
export type FieldAnswer = readonly string[] | { readonly error: string }

/** A row of which the new policy allows other fields. */
export interface FieldChange {
  readonly actor: unknown
  readonly action: string
  readonly model: string
  readonly resource: object
  readonly before: FieldAnswer
  readonly after: FieldAnswer
  /** The fields that only the new policy allows. */
  readonly gained: readonly string[]
  /** The fields that only the old policy allows. */
  readonly lost: readonly string[]
}

/** The options of `diffPolicies`, with changes of fields. */
export interface FieldDiffOptions extends Omit<DiffOptions, 'onChange'> {
  /** Called with each change as soon as it is found. */
  readonly onChange?: (change: FieldChange) => void
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
export async function diffFields(
  authorizer: Authorizer,
  before: string | readonly PolicySource[],
  after: string | readonly PolicySource[],
  given: FieldDiffOptions,
): Promise<FieldDiff> {
  const options = own(given)
  const [old, next] = loadBoth(authorizer, before, after, options.context)
  assertModels(authorizer, options.rows)
  return remembering(authorizer, () => compare(old, next, options))
}

async function compare(old: Authorizer, next: Authorizer, options: FieldDiffOptions): Promise<FieldDiff> {
  const { schema, readAction } = old
  const differences = new Differences(old, next, new Residuals(old))
  const models = [...schema.models.keys()].filter((name) => !builtinClasses.has(name))
  const actorModels = (): readonly string[] =>
    models.filter((actor) => models.some((model) => differences.ofFields({ model: actor }, { model })))
  const actionsOf = (model: string): ReadonlySet<string> =>
    new Set([old, next].flatMap(({ policy }) => [...fieldActionsOf(policy!, schema.ancestors(model), readAction)]))
  const rows = Object.entries(options.rows).flatMap(([model, list]) =>
    [...list].map((resource) => ({ resource, model, actions: actionsOf(old.modelOf(resource) ?? model) })),
  )
  const changes: FieldChange[] = []
  let done = 0
  for await (const actor of actorsOf(options.actors, { actorModels })) {
    options.onProgress?.(done)
    done++
    for (const { resource, model, actions } of rows)
      for (const action of actions) {
        if (!differences.canBe({ actor, action, resource, field: '' })) continue
        const [was, is] = [await fieldsOf(old, actor, action, resource), await fieldsOf(next, actor, action, resource)]
        if (JSON.stringify(was) === JSON.stringify(is)) continue
        const [one, other] = [was, is].map((answer) => new Set('error' in answer ? [] : answer))
        const change: FieldChange = {
          ...{ actor, action, model, resource, before: was, after: is },
          gained: [...other!].filter((field) => !one!.has(field)),
          lost: [...one!].filter((field) => !other!.has(field)),
        }
        changes.push(change)
        options.onChange?.(change)
      }
  }
  return {
    changes,
    compared: { actors: done, rows: rows.length },
    toString: () => {
      const lines = changes.flatMap(({ actor, action, model, after, gained, lost }) => {
        const show = actor === null ? 'nobody' : showObject(schema, actor)
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
}

/** A policy whose rules name no field for an action allows none. */
async function fieldsOf(
  authorizer: Authorizer,
  actor: unknown,
  action: string,
  resource: object,
): Promise<FieldAnswer> {
  try {
    return [...(await authorizer.authorizedFields(actor, action as never, resource))].sort()
  } catch (error) {
    if (!(error instanceof ArcturusError)) throw error
    return error.code === 'unknown-action' ? [] : { error: error.code }
  }
}
