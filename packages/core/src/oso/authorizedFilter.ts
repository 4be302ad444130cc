import { hostMeaning } from '../authorizer/hostMeaning.js'
import { type Kind, planFilter } from '../authorizer/plans.js'
import type { Definite } from '../condition/condition.js'
import { simplify } from '../condition/simplify.js'
import { QueryError, UnsupportedFilterError } from '../errors.js'
import { bindLoading } from '../filter/bind/loading.js'
import { definite } from '../filter/definite/definite.js'
import { Source } from '../language/source.js'
import { defaultLimits } from '../machine/index.js'
import type { Wanted } from '../schema/wanted.js'
import { coreError } from './coreErrors.js'
import type { Engine } from './engine.js'
import type { Filter, FilterCondition, FilterRelation } from './filter.js'
import { type FlatFilter, flatFilter } from './flatFilter.js'
import type { Host } from './host.js'
import { assertNoHostOrder } from './hostOrder.js'
import { relatedRows } from './related.js'
import { Relation } from './relation.js'
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
  const condition = planFilter(policy, schema, kind, { action: action as string }, model)
  const meaning = hostMeaning(schema, machineHost, program, defaultLimits, true, machineHost.regExp)
  const { asyncTime } = defaultLimits
  const get = (wanted: Wanted): Promise<unknown> => load(host, wanted)
  const bound = simplify(schema, await bindLoading(condition, actor, action, meaning, get, asyncTime))
  if (bound.kind === 'failure') throw bound.error
  assertNoHostOrder(bound, schema)
  return new AuthorizedFilter(model, host.types, definite(bound, schema, { wholeRows: true }))
}

const nowhere = { source: new Source(''), start: 0, end: 0 }

async function load(host: Host, { object, name, model }: Wanted): Promise<unknown> {
  const relation = model === undefined ? undefined : host.types.get(model)?.fields.get(name)
  if (relation instanceof Relation) return relatedRows(host, object, relation, nowhere)
  return (object as Readonly<Record<string, unknown>>)[name]
}

/**
 * The flat form is computed when it is read. An adapter that reads `condition` is never subject to
 * its limits.
 */
class AuthorizedFilter implements Filter {
  readonly model: string
  readonly types: HostTypes
  #flat: FlatFilter | undefined

  constructor(model: string, types: HostTypes, condition: Definite) {
    this.model = model
    this.types = types
    // Not enumerable: copies, printed forms and comparisons then match oso's own filter.
    Object.defineProperty(this, 'condition', { value: condition })
    // Enumerable on the object itself, so that copies include them.
    Object.defineProperty(this, 'relations', { enumerable: true, get: () => this.#flatten().relations })
    Object.defineProperty(this, 'conditions', { enumerable: true, get: () => this.#flatten().conditions })
  }

  declare readonly condition: Definite
  declare readonly relations: FilterRelation[]
  declare readonly conditions: FilterCondition[][]

  #flatten(): FlatFilter {
    try {
      this.#flat ??= flatFilter(this.model, this.types, this.condition)
      return this.#flat
    } catch (error) {
      throw error instanceof UnsupportedFilterError ? coreError(error) : error
    }
  }
}
