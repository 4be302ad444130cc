import type { Action, ModelName } from '@arcturus/core/internal/writes'
import { invalidArgument, own } from '@arcturus/core/internal/writes'
import type { ActionNames } from './judge.js'
import type { Scope } from './scope.js'

/** The actions of operations on a model; by default on any. */
type Chosen<Model extends string = never> = { readonly [Operation in keyof ActionNames]?: Action<Model> }

/** The actions that operations need: for all models, or for single ones. */
export interface OperationActions extends Chosen {
  /** The actions of single models: `{ Invoice: { update: 'edit' } }`. */
  readonly models?: { readonly [Model in ModelName]?: Chosen<Model> }
}

/** The columns that rows of a model must have, whatever the policy allows. */
// biome-ignore lint/suspicious/noExplicitAny: the actor's type is the application's
export type ScopeOptions = Readonly<Record<string, Scope | ((actor: any) => Scope)>>

/** What becomes of a query that carries no filter and comes from no authorized client. */
type UnscopedQuery = 'allow' | 'warn' | 'refuse'

/**
 * What becomes of such queries: of all models, or of single ones. Models that are not named are sent, unless others are
 * allowed by name: then they are refused.
 */
export type Unscoped = UnscopedQuery | { readonly [Model in ModelName]?: UnscopedQuery }

/**
 * Returns the function that names the actions of a model's operations.
 * @param options - Choices of the application, and of one client, which win.
 */
export function actionNames(
  read: string,
  ...options: readonly (OperationActions | undefined)[]
): (model: string) => ActionNames {
  const known = new Map<string, ActionNames>()
  return (model) => {
    const earlier = known.get(model)
    if (earlier) return earlier
    const names = { read, create: 'create', update: 'update', delete: 'delete' }
    for (const chosen of options) {
      const { models = {}, ...all } = own(chosen ?? {})
      Object.assign(names, all, new Map(Object.entries(models)).get(model))
    }
    known.set(model, names)
    return names
  }
}

/** Returns the function that names the columns which rows of a model must have. */
export function scopes(given: ScopeOptions): (model: string, actor: unknown) => Scope | undefined {
  const known = new Map(Object.entries(given))
  return (model, actor) => {
    const scope = known.get(model)
    return typeof scope === 'function' ? scope(actor) : scope
  }
}

/**
 * Returns what to do with a query that carries no filter.
 * @param error - Returns the error of a refused query.
 */
export function unscopedQueries(
  choice: Unscoped,
  log: (message: string) => void,
  error: (message: string, data: { readonly model: string; readonly operation: string }) => Error,
): (model: string, operation: string) => void {
  const named = new Map<string, UnscopedQuery | undefined>(typeof choice === 'string' ? [] : Object.entries(choice))
  const others = typeof choice === 'string' ? choice : [...named.values()].includes('allow') ? 'refuse' : 'allow'
  for (const one of [others, ...named.values()]) assertOption('unscoped', one, ['allow', 'warn', 'refuse'])
  return (model, operation) => {
    const chosen = named.get(model) ?? others
    if (chosen === 'allow') return
    const message = `${model}.${operation} was called without authorization.`
    if (chosen === 'refuse') throw error(message, { model, operation })
    log(message)
  }
}

/** @throws ArgumentError for another value than the offered ones */
export function assertOption(name: string, value: string | undefined, offered: readonly string[]): void {
  if (value === undefined || offered.includes(value)) return
  throw invalidArgument(`\`${name}\` must be one of ${offered.join(', ')}.`, { data: { [name]: value } })
}
