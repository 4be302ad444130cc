import { ArgumentError, type Authorizer, type Filter, QueryError, UnsupportedFilterError } from '@arcturus/core'
import { all, complement, type Definite, FALSE } from '@arcturus/core/internal/testing'

/** A filter of the rows of a model that an ORM package makes a query of: see `filterArguments`. */
export interface RowFilter {
  /** The name of the model whose rows it selects. */
  readonly model: string
  /** Whether it selects no row, whatever the data. */
  readonly isEmpty: boolean
  /** Returns the condition for printers. @throws UnsupportedFilterError if it has no translation. */
  definite(): Definite
}

/** The part of a `Filter` that is compared. */
export type ComparedFilter = Pick<Filter, 'model' | 'kind' | 'definite'>

/**
 * Returns the filter of the rows that are in one filter and not in another, such as those that a
 * policy adds. A row whose check is an error is in neither.
 *
 * @param authorizer - An authorizer with the model of the rows.
 * @throws ArgumentError if the filters are of different models.
 *
 * @example
 * ```ts
 * const [old, next] = [authorizer.withPolicy(oldText), authorizer.withPolicy(newText)]
 * const gained = differenceFilter(
 *   authorizer,
 *   await next.loadFilter(user, 'edit', 'Document'),
 *   await old.loadFilter(user, 'edit', 'Document'),
 * )
 * const documents = await prisma.document.findMany(filterArguments(gained))
 * ```
 */
export function differenceFilter(authorizer: Authorizer, within: ComparedFilter, without: ComparedFilter): RowFilter {
  const { model } = within
  if (model !== without.model)
    throw new ArgumentError('invalid-argument', `The filters are of ${model} and of ${without.model}.`, {
      hint: 'make both filters for the same model',
    })
  return {
    model,
    isEmpty: within.kind === 'none' || without.kind === 'all',
    definite: () => all([within.definite(), complement(authorizer.schema, without.definite())]),
  }
}

/**
 * Returns the filter of an actor. Relations of the actor that are not loaded are read in the
 * database, or loaded if the database can't follow them. Nobody may perform an action that the policy
 * does not name.
 */
export async function filterOf(
  authorizer: Authorizer,
  actor: unknown,
  action: string,
  model: string,
): Promise<ComparedFilter> {
  try {
    const filter = authorizer.filter(actor, action as never, model as never, { unloaded: 'database' })
    // The translation fails here, not when the filter is printed.
    filter.definite()
    return filter
  } catch (error) {
    if (error instanceof ArgumentError && error.code === 'unknown-action')
      return { model, kind: 'none', definite: () => FALSE }
    if (!canLoad(error)) throw error
    return authorizer.loadFilter(actor, action as never, model as never)
  }
}

function canLoad(error: unknown): boolean {
  if (error instanceof UnsupportedFilterError) return true
  return error instanceof QueryError && (error.code === 'relation-not-loaded' || error.code === 'async-value')
}
