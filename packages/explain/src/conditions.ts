import {
  type Asked,
  type Condition,
  Deriver,
  deriveCheck,
  deriveRequest,
  descending,
  entryOf,
  type Kind,
  type LoadedPolicy,
} from '@arcturus/core/internal/explain'
/** The conditions of a policy, with the rules that their parts come from, by the classes of their questions. */
export class Conditions {
  static readonly #known = new WeakMap<LoadedPolicy, Conditions>()
  readonly #deriver: Deriver
  readonly #conditions = new Map<string, Condition>()

  static of(policy: LoadedPolicy): Conditions {
    return entryOf(Conditions.#known, policy, () => new Conditions(policy))
  }

  private constructor(private readonly policy: LoadedPolicy) {
    this.#deriver = new Deriver(policy.policy, policy.context.meaning.schema, { origins: true })
  }

  /** Returns the condition of a question for the classes of its values. */
  of({ actor, action, resource, field }: Asked): Condition {
    const { schema } = this.policy.context.meaning
    const kindOf = (value: unknown): Kind => (value === null ? 'nil' : { model: schema.modelOf(value)?.name })
    return this.ofKinds(kindOf(actor), action, kindOf(resource), field)
  }

  /** @param action - Undefined for a request. */
  ofKinds(actor: Kind, action: string | undefined, resource: Kind, field?: string): Condition {
    const { schema } = this.policy.context.meaning
    const key = JSON.stringify([actor, action, resource, field])
    const known = this.#conditions.get(key)
    if (known) return known
    const condition = descending(() =>
      action === undefined
        ? deriveRequest(schema, actor, resource, this.#deriver)
        : deriveCheck(schema, actor, { action }, resource, this.#deriver, field),
    )
    // Actions and fields can come from a request.
    if (this.#conditions.size === maxConditions) this.#conditions.clear()
    this.#conditions.set(key, condition)
    return condition
  }
}

const maxConditions = 10_000
