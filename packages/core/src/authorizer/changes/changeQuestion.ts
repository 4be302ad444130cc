import { agree } from '../../values/keyParts.js'
import { allKinds } from '../../values/kinds.js'
import { isThenable } from '../../values/thenable.js'
import { actionsToCheck, hasChangeRules } from '../actions/actionNames.js'
import type { Engine } from '../decisions/engine.js'
import type { LoadedPolicy } from '../policies/loadedPolicy.js'
import { QuestionRelations } from '../relations/questionRelations.js'
import { ChangedHost } from './changedHost.js'
import { isFoundByColumns } from './reference.js'
import type { RowChange } from './rowChange.js'

type Arguments = readonly unknown[]

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

  /**
   * Returns the first relation that the change sets to a row that the actor may not read, or takes from one, with that
   * row. A row of the same statement, and a reference that stays as it is, are not asked about.
   * @param shown - Returns whether the actor may read columns of the row: otherwise, a guess would tell a reference.
   */
  async unreadable(
    actor: unknown,
    { model, before, after, set }: RowChange,
    shown: (names: readonly string[]) => Promise<boolean>,
  ): Promise<{ readonly relation: string; readonly row: unknown } | undefined> {
    const { schema, readAction, hosts } = this.engine
    const how = { schema, kinds: allKinds, equality: hosts.options.equality }
    for (const relation of schema.fields(model)) {
      if (relation.kind !== 'relation' || relation.many || !this.#isJudged(relation.model)) continue
      const { name, from } = relation
      const isSet = isFoundByColumns(schema, model, relation) && from.some((one) => set.has(one))
      if (!isSet && !set.has(name)) continue
      const isSame =
        before &&
        from.length > 0 &&
        from.every((one) => agree(how, Reflect.get(before, one), Reflect.get(after, one)) === true)
      if (isSame && (await shown([...from, ...(set.has(name) ? [name] : [])]))) continue
      for (const holder of before && !isSame ? [after, before] : [after]) {
        if (from.some((one) => (Reflect.get(holder, one) ?? null) === null)) continue
        const read = async (host: ChangedHost): Promise<unknown> => {
          const found = host.read(holder, name)
          return isThenable(found) ? host.arrived(await found, holder, name) : found
        }
        const row = await read(this.#host(false))
        if (row === null && (from.length === 0 || holder === before)) continue
        if (this.changes.some((one) => !one.before && one.after === row)) continue
        if (row === null || !(await this.#holds('allow', async (host) => [actor, readAction, await read(host)])))
          return { relation: name, row }
      }
    }
    return undefined
  }

  /** Returns whether rules say who reads the rows of a model. Those without a key are parts of the row. */
  #isJudged(model: string): boolean {
    const { readAction, schema } = this.engine
    return (
      schema.key(model) !== undefined &&
      actionsToCheck(this.policy.policy, schema.ancestors(model), readAction).has(readAction)
    )
  }

  async #holds(rule: string, args: Arguments | ((host: ChangedHost) => Promise<Arguments>)): Promise<boolean> {
    const without = this.#host(false)
    const allowed = await this.#ask(rule, args, without)
    return allowed && without.isEither ? this.#ask(rule, args, this.#host(true)) : allowed
  }

  /**
   * Asks a rule in one of the states. If it fails because a written row is left out, that is a denial. So is a failure
   * because of a reference to a row that does not exist, as of one to a hidden row: an error would tell them apart.
   */
  async #ask(
    rule: string,
    given: Arguments | ((host: ChangedHost) => Promise<Arguments>),
    host: ChangedHost,
  ): Promise<boolean> {
    try {
      const { decider, limits } = this.engine
      const args = typeof given === 'function' ? await given(host) : given
      return await decider.run(() => this.policy.changeProgram.holds(rule, args, limits, { host }))
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
