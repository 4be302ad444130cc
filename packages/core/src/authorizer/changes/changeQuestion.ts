import { holds } from '../../machine/index.js'
import { hasChangeRules } from '../actions/actionNames.js'
import type { Engine } from '../decisions/engine.js'
import type { LoadedPolicy } from '../policies/loadedPolicy.js'
import { QuestionRelations } from '../relations/questionRelations.js'
import { ChangedHost } from './changedHost.js'
import type { RowChange } from './rowChange.js'

/**
 * Decides about the state after a statement. The actor is the one before, and the changed rows are as they will be.
 * All decisions of one question share the relations that are loaded.
 */
export class ChangeQuestion {
  readonly #relations: QuestionRelations
  readonly #hosts = new Map<boolean, ChangedHost>()

  /** @param changes - All rows that the statement changes or creates. */
  constructor(
    private readonly engine: Engine,
    private readonly policy: LoadedPolicy,
    private readonly changes: readonly RowChange[],
  ) {
    this.#relations = new QuestionRelations(engine.schema, engine.relations.forQuestion())
  }

  /**
   * Returns whether the actor may perform the action, as seen from the row after: by `allow_update(actor, before, after)`
   * if the policy has such rules for the model of a changed row, otherwise by `allow`.
   */
  allows(actor: unknown, action: string, change: RowChange): Promise<boolean> {
    const ancestors = this.engine.schema.ancestors(change.model)
    if (change.before && hasChangeRules(this.policy.policy, ancestors))
      return this.#holds('allow_update', [actor, change.before, change.after])
    return this.#holds('allow', [actor, action, change.after])
  }

  /** Returns whether the actor may perform the action on a field of the row after. */
  allowsField(actor: unknown, action: string, { after }: RowChange, field: string): Promise<boolean> {
    return this.#holds('allow_field', [actor, action, after, field])
  }

  async #holds(rule: string, args: readonly unknown[]): Promise<boolean> {
    const without = this.#host(false)
    const allowed = await this.#ask(rule, args, without)
    return allowed && without.isEither ? this.#ask(rule, args, this.#host(true)) : allowed
  }

  /**
   * Asks a rule in one of the states. If it fails because a written row is left out, that is a denial. So is a failure
   * because of a reference to a row that does not exist, as of one to a hidden row: an error would tell them apart.
   */
  async #ask(rule: string, args: readonly unknown[], host: ChangedHost): Promise<boolean> {
    try {
      const { decider, limits } = this.engine
      return await decider.run(() => holds(this.policy.changeProgram, rule, args, limits, { host }))
    } catch (error) {
      if (host.isEither || (await host.refersNowhere())) return false
      throw error
    }
  }

  #host(includes: boolean): ChangedHost {
    const { schema, hosts } = this.engine
    const known = this.#hosts.get(includes)
    if (known) return known
    const host = new ChangedHost(schema, hosts.options, this.#relations, this.changes, includes)
    this.#hosts.set(includes, host)
    return host
  }
}
