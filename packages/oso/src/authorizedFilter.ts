import { isDeepStrictEqual } from 'node:util'
import {
  Budget,
  bind,
  bindLoading,
  type Condition,
  compact,
  type Definite,
  Deriver,
  defaultLimits,
  definite,
  descending,
  hostMeaning,
  type Kind,
  limitError,
  planFilter,
  QueryError,
  simplify,
  UnsupportedFilterError,
  type Wanted,
} from '@arcturus/core/internal/oso'
import { coreError } from './coreErrors.js'
import type { Engine } from './engine.js'
import { relationOf } from './fields.js'
import type { Filter, FilterCondition, FilterRelation } from './filter.js'
import { type FlatFilter, flatFilter } from './flatFilter.js'
import type { Host } from './host.js'
import { assertNoHostOrder } from './hostOrder.js'
import { relatedRows } from './related.js'
import { Relation } from './relation.js'
import type { StoredClasses } from './stored/classes.js'
import { References } from './stored/references.js'
import { StoredSchema } from './stored/schema.js'
import { assertDeclared } from './stored/undeclared.js'
import type { HostTypes } from './types.js'

/**
 * Computes the filter for the rows of a class to which the actor may do the action. Missing data of
 * the actor is loaded through the adapter.
 * @throws UnsupportedFilterError if the rule has no equivalent filter. QueryError if the actor's
 * data causes an error for every row.
 */
export async function authorizedFilter(
  actor: unknown,
  action: unknown,
  model: string,
  { host, machineHost, policy, program }: Engine,
): Promise<Filter> {
  if (!policy.rules.has('allow')) {
    throw new QueryError('undefined-rule', 'The policy has no rule `allow`.', { data: { name: 'allow' } })
  }
  const { schema } = host
  const kind: Kind = actor === null ? 'nil' : { model: machineHost.classOf(actor) ?? schema.modelOf(actor)?.name }
  // Sound: an action of another type is just another value that rules compare with.
  const deriver = new Deriver(policy, schema, { silent: true })
  const condition = planFilter(policy, schema, kind, { action: action as string }, model, deriver)
  const meaning = hostMeaning(schema, machineHost, program, defaultLimits, true, machineHost.regExp)
  const { asyncTime } = defaultLimits
  const get = (wanted: Wanted): Promise<unknown> => load(host, wanted)
  const loaded = await bindLoading(
    (missing) => bind(condition, actor, action, meaning, 'error', missing),
    get,
    asyncTime,
  )
  const bound = simplify(loaded.condition)
  if (bound.kind === 'failure') throw bound.error
  assertNoHostOrder(bound, schema)
  return new AuthorizedFilter(model, host, bound, machineHost.hasDefaultEquality)
}

async function load(host: Host, { object, name, model }: Wanted): Promise<unknown> {
  const relation = model === undefined ? undefined : host.types.get(model)?.fields.get(name)
  if (relation instanceof Relation) return relatedRows(host, object, relation)
  return (object as Readonly<Record<string, unknown>>)[name]
}

const wholeRows: StoredClasses = { key: () => undefined, isKept: () => true }

/**
 * The flat form is computed when it is read. An adapter that reads the condition is never subject to
 * its limits.
 */
class AuthorizedFilter implements Filter {
  model: string
  readonly types: HostTypes
  readonly #model: string
  readonly #condition: Definite
  readonly #whole: StoredSchema
  #flat: FlatFilter | undefined
  readonly #own: Partial<FlatFilter> = {}

  /** @param hasDefaultEquality - as of `StoredSchema` */
  constructor(model: string, host: Host, bound: Condition, hasDefaultEquality: boolean) {
    const { schema, types } = host
    this.model = model
    this.#model = model
    this.types = types
    const whole = new StoredSchema(schema, wholeRows, hasDefaultEquality)
    this.#condition = descending(() => definite(bound, whole, { wholeRows: true }))
    this.#whole = whole
    const conditionFor = (stored: StoredClasses): Definite => {
      const storedSchema = new StoredSchema(schema, stored, hasDefaultEquality)
      const references = new References(storedSchema, stored, (of, name) => relationOf(types, of, name))
      return descending(() => {
        // The time of binding counted the parts.
        const budget = Budget.of({ steps: Number.POSITIVE_INFINITY, syncTime: defaultLimits.syncTime }, 1, limitError)()
        const decided = references.decided(definite(bound, storedSchema, { keepReferences: true, budget }))
        return compact(storedSchema, decided, budget)
      })
    }
    // Not enumerable: copies, printed forms and comparisons then match oso's own filter. A copy has
    // only what it shows, so whoever changes a copy changes the rows.
    Object.defineProperty(this, 'condition', { get: () => asOso(() => this.#declared()) })
    Object.defineProperty(this, 'conditionFor', { get: () => (this.#isChanged() ? undefined : conditionFor) })
    // Enumerable on the object itself, so that copies include them.
    this.#define('relations')
    this.#define('conditions')
  }

  declare readonly condition: Definite
  declare readonly conditionFor: Filter['conditionFor']
  declare relations: FilterRelation[]
  declare conditions: FilterCondition[][]

  #define<Name extends keyof FlatFilter>(name: Name): void {
    Object.defineProperty(this, name, {
      enumerable: true,
      get: () => this.#own[name] ?? this.#flatten()[name],
      set: (value: FlatFilter[Name]) => {
        this.#own[name] = value
      },
    })
  }

  /** Whether somebody changed what the filter shows. */
  #isChanged(): boolean {
    if (this.model !== this.#model || Object.keys(this.#own).length > 0) return true
    return this.#flat !== undefined && !isDeepStrictEqual(this.#flat, this.#compute())
  }

  #flatten(): FlatFilter {
    this.#flat ??= this.#compute()
    return this.#flat
  }

  #compute(): FlatFilter {
    return asOso(() => flatFilter(this.#model, this.types, this.#declared()))
  }

  #declared(): Definite {
    assertDeclared(this.#whole, this.#condition)
    return this.#condition
  }
}

/** Converts our error for a filter to oso's. */
function asOso<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    throw error instanceof UnsupportedFilterError ? coreError(error) : error
  }
}
