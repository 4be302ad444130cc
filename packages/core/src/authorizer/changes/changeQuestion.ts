import { holds } from '../../machine/index.js'
import { hasChangeRules } from '../actions/actionNames.js'
import type { Engine } from '../decisions/engine.js'
import type { Eventual } from '../decisions/eventual.js'
import { after } from '../decisions/eventual.js'
import type { LoadedPolicy } from '../policies/loadedPolicy.js'
import { QuestionRelations } from '../relations/questionRelations.js'
import { ChangedHost } from './changedHost.js'
import type { RowChange } from './rowChange.js'

/**
 * Decides about the state after a statement. The actor is the one before, and the changed rows are as they will be.
 * All decisions of one question share the relations that are loaded.
 */
export class ChangeQuestion {
  readonly #engine: Engine
  readonly #policy: LoadedPolicy
  readonly #changes: readonly RowChange[]
  readonly #relations: QuestionRelations
  readonly #hosts = new Map<boolean, ChangedHost>()

  /** @param changes - All rows that the statement changes or creates. */
  constructor(engine: Engine, policy: LoadedPolicy, changes: readonly RowChange[]) {
    this.#engine = engine
    this.#policy = policy
    this.#changes = changes
    this.#relations = new QuestionRelations(engine.schema, engine.relations.forQuestion())
  }

  /**
   * Returns whether the actor may perform the action, as seen from the row after: by `allow_update(actor, before, after)`
   * if the policy has such rules for the model of a changed row, otherwise by `allow`.
   */
  allows(actor: unknown, action: string, change: RowChange): Eventual<boolean> {
    const ancestors = this.#engine.schema.ancestors(change.model)
    if (change.before && hasChangeRules(this.#policy.policy, ancestors))
      return this.#holds('allow_update', [actor, change.before, change.after])
    return this.#holds('allow', [actor, action, change.after])
  }

  /** Returns whether the actor may perform the action on a field of the row after. */
  allowsField(actor: unknown, action: string, { after }: RowChange, field: string): Eventual<boolean> {
    return this.#holds('allow_field', [actor, action, after, field])
  }

  #holds(rule: string, args: readonly unknown[]): Eventual<boolean> {
    const without = this.#host(false)
    return after(this.#ask(rule, args, without), (allowed) => {
      if (!allowed || !without.isEither) return allowed
      return this.#ask(rule, args, this.#host(true))
    })
  }

  #ask(rule: string, args: readonly unknown[], host: ChangedHost): Eventual<boolean> {
    return holds(this.#policy.changeProgram, rule, args, this.#engine.limits, { host })
  }

  #host(includes: boolean): ChangedHost {
    const { schema, hosts } = this.#engine
    const known = this.#hosts.get(includes)
    if (known) return known
    const host = new ChangedHost(schema, hosts.options, this.#relations, this.#changes, includes)
    this.#hosts.set(includes, host)
    return host
  }
}
