import type { Authorizer, Definite, Engine, Filter, Load } from '@arcturus/core/internal/writes'
import {
  after,
  type Eventual,
  type FilterPlan,
  Filters,
  fieldTextsOf,
  hasChangeRules,
  madeFilter,
  restrictsFields,
} from '@arcturus/core/internal/writes'
import { engineFor } from './engineFor.js'

/** A question for rows: on which rows of a model may the actor perform an action, or perform it on a field? */
export interface RowsQuestion {
  readonly actor: unknown
  readonly action: string
  readonly model: string
  /** The field of `allow_field`. Default: none, for `allow`. */
  readonly field?: string | undefined
}

/** The rows of a model that a question is true for. */
export interface RowsFilter {
  readonly model: string
  /** `all` rows, `none`, or the rows for which a condition is true. */
  readonly kind: 'all' | 'none' | 'condition'
  /** @throws UnsupportedFilterError if the condition has no equivalent in a database. */
  definite(): Definite
}

export interface LoadRows {
  /**
   * Loads the relations of the actor that the policy reads and that are not loaded, for example within
   * a transaction. Default: the loaders of the authorizer.
   */
  readonly load?: Load | undefined
  /** The maximum number of rows to load for a relation. Default: no maximum. */
  readonly most?: number | undefined
  /** Whether it is a part of a write, which is recorded as a whole. Default false. */
  readonly isPart?: boolean | undefined
}

/**
 * Returns the filter of a question. Missing relations of the actor are loaded first, so that the
 * filter reads nothing more of the actor.
 * @throws the errors of `Authorizer.loadFilter`.
 */
export function loadRowsFilter(
  authorizer: Authorizer,
  question: RowsQuestion,
  { load, most, isPart = false }: LoadRows = {},
): Eventual<RowsFilter> {
  const engine = engineFor(authorizer)
  const filters = new Filters(engine)
  return noted(engine, question, 'load', () => filters.load(planOf(filters, question), most, load), isPart)
}

/**
 * Returns the filter of a question. Missing relations of the actor stay in the database.
 * @throws the errors of `Authorizer.filter`.
 */
export function rowsFilterInDatabase(authorizer: Authorizer, question: RowsQuestion, isPart = false): RowsFilter {
  const engine = engineFor(authorizer)
  const filters = new Filters(engine)
  return noted(
    engine,
    question,
    'database',
    () => filters.make(planOf(filters, question), { unloaded: 'database' }),
    isPart,
  )
}

/**
 * Returns the filter of the rows that a row may become by a change (`allow_update`). Relations of the actor and
 * of the row before are loaded now.
 * @param before - The row with all its columns.
 */
export async function loadChangeFilter(
  authorizer: Authorizer,
  { actor, model, before }: { readonly actor: unknown; readonly model: string; readonly before: object },
  { load, most }: LoadRows = {},
): Promise<RowsFilter> {
  const filters = new Filters(engineFor(authorizer))
  return await filters.load(filters.ofChange(actor, before, model), most, load)
}

function planOf(filters: Filters, { actor, action, model, field }: RowsQuestion): FilterPlan {
  return field === undefined ? filters.ofRows(actor, action, model) : filters.ofField(actor, action, model, field)
}

/** A filter that is sent with a statement is a decision. */
function noted<Made extends Eventual<Filter>>(
  { listeners }: Engine,
  { actor, action, model, field }: RowsQuestion,
  unloaded: 'load' | 'database',
  make: () => Made,
  isPart = false,
): Made {
  const decision = field === undefined ? listeners.open('filter', actor, action, model, unloaded === 'load') : undefined
  if (!decision) return make()
  decision.isPart = isPart
  // Sound: it is a promise exactly if the filter is.
  return after(decision.attempt(make), (filter) => madeFilter(decision, filter, unloaded)) as Made
}

/** The rules of `allow_field` for an action on the rows of a model. */
export interface FieldPolicy {
  /** Whether a field occurs in the rules, as a string. */
  names(field: string): boolean
}

/** Returns the field rules of an action; undefined if the policy has none, so that every field is allowed. */
export function fieldPolicyOf(authorizer: Authorizer, model: string, action: string): FieldPolicy | undefined {
  const engine = engineFor(authorizer)
  const { policy } = engine.active.current()
  const ancestors = engine.schema.ancestors(model)
  if (!restrictsFields(policy, ancestors, action)) return undefined
  const texts = fieldTextsOf(policy, ancestors)
  return { names: (field) => texts.has(field) }
}

/** Returns whether rules decide updates of a model from the row before and the row after (`allow_update`). */
export function comparesStates(authorizer: Authorizer, model: string): boolean {
  const engine = engineFor(authorizer)
  return hasChangeRules(engine.active.current().policy, engine.schema.ancestors(model))
}
