import type { Authorizer } from '../authorizer/authorizer.js'
import { type Kind, planCheck } from '../authorizer/plans.js'
import { canonicalText } from '../condition/canonical.js'
import { Deriver } from '../condition/derive/derive.js'
import type { Check } from './answer.js'

/** The canonical conditions of one policy, by classes and action. */
export class Plans {
  readonly #authorizer: Authorizer
  readonly #deriver: Deriver
  readonly #texts = new Map<string, string | undefined>()

  /** @param authorizer - An authorizer with a loaded policy. */
  constructor(authorizer: Authorizer) {
    this.#authorizer = authorizer
    this.#deriver = new Deriver(authorizer.policy!, authorizer.schema)
  }

  /** Returns the canonical text of a condition; undefined if it is too long to compare. */
  text(actor: Kind, action: string, resource: Kind): string | undefined {
    const key = JSON.stringify([actor, action, resource])
    if (!this.#texts.has(key)) {
      const { policy, schema } = this.#authorizer
      const condition = planCheck(policy!, schema, actor, { action }, resource, this.#deriver)
      this.#texts.set(key, canonicalText(policy!, schema, condition))
    }
    return this.#texts.get(key)
  }
}

/** Knows for which checks two policies can differ: those with another condition. */
export class Differences {
  readonly #authorizer: Authorizer
  readonly #own: Plans
  readonly #others: Plans

  /** @param own - The conditions of `authorizer`. */
  constructor(authorizer: Authorizer, other: Authorizer, own: Plans) {
    this.#authorizer = authorizer
    this.#own = own
    this.#others = new Plans(other)
  }

  /** Returns whether the answers to a check can differ. */
  canBe({ actor, action, resource }: Check): boolean {
    const [who, what] = [this.#kindOf(actor), this.#kindOf(resource)]
    return who === undefined || what === undefined || this.between(who, action, what)
  }

  /** Returns whether the answers can differ for actors and resources of these classes. */
  between(actor: Kind, action: string, resource: Kind): boolean {
    const [own, other] = [this.#own, this.#others].map((plans) => plans.text(actor, action, resource))
    return own === undefined || own !== other
  }

  #kindOf(value: unknown): Kind | undefined {
    if (value === null) return 'nil'
    if (typeof value !== 'object') return undefined
    const model = this.#authorizer.schema.modelOf(value)
    return model ? { model: model.name } : undefined
  }
}
