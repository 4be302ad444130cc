import type { Authorizer } from '../authorizer/authorizer.js'
import { deriveRequest, type Kind, planCheck, planFields } from '../authorizer/plans/plans.js'
import { canonicalText } from '../condition/canonical.js'
import type { Condition, Subject } from '../condition/condition.js'
import { Deriver } from '../condition/derive/derive.js'
import { simplify } from '../condition/simplify.js'
import { isStackOverflow } from '../values/stackOverflow.js'
import type { Question } from './answer.js'

/** The kind of an actor or a resource; `none` is a value that is no row, such as a string. */
export type ComparedKind = Kind | 'none'

const kindOf = (kind: ComparedKind): Kind => (kind === 'none' ? { model: undefined } : kind)

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

  /** Returns the canonical text of a check's condition; undefined if it is too long or too deep. */
  check(actor: ComparedKind, action: string, resource: ComparedKind): string | undefined {
    const { policy, schema } = this.#authorizer
    const noRows: Subject['kind'][] = []
    if (actor === 'none') noRows.push('actor')
    if (resource === 'none') noRows.push('resource')
    return this.#text(
      [actor, action, resource],
      () => planCheck(policy!, schema, kindOf(actor), { action }, kindOf(resource), this.#deriver),
      noRows,
    )
  }

  /** Returns the same of `allow_field` for any action and any field. */
  fields(actor: Kind, resource: Kind): string | undefined {
    return this.#text(['field', actor, resource], () =>
      planFields(this.#authorizer.schema, actor, resource, this.#deriver),
    )
  }

  /** Returns the same of `allow_request`. */
  request(actor: Kind, request: Kind): string | undefined {
    const { schema } = this.#authorizer
    return this.#text(['request', actor, request], () => simplify(deriveRequest(schema, actor, request, this.#deriver)))
  }

  #text(asked: readonly unknown[], plan: () => Condition, noRows: readonly Subject['kind'][] = []): string | undefined {
    const key = JSON.stringify(asked)
    if (!this.#texts.has(key)) this.#texts.set(key, this.#made(plan, noRows))
    return this.#texts.get(key)
  }

  #made(plan: () => Condition, noRows: readonly Subject['kind'][]): string | undefined {
    const { policy, schema } = this.#authorizer
    try {
      return canonicalText(policy!, schema, plan(), noRows)
    } catch (error) {
      if (isStackOverflow(error)) return undefined
      throw error
    }
  }
}

/** Knows for which questions two policies can differ: those with another condition. */
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

  /** Returns whether the answers to a question can differ. */
  canBe({ actor, action, resource, field }: Question): boolean {
    const who = this.#kindOf(actor)
    if (who === undefined) return true
    if (action === undefined)
      return typeof resource !== 'object' || this.ofRequests(who, this.#kindOf(resource) ?? { model: undefined })
    const what = this.#kindOf(resource)
    return what === undefined || (field === undefined ? this.between(who, action, what) : this.ofFields(who, what))
  }

  /** Returns whether the answers to checks can differ for actors and resources of these classes. */
  between(actor: ComparedKind, action: string, resource: ComparedKind): boolean {
    return this.#isOther((plans) => plans.check(actor, action, resource))
  }

  /** Returns whether each policy decides for actors of a kind as it does for an anonymous user. */
  isAsNobody(actor: ComparedKind, action: string, resource: ComparedKind): boolean {
    return [this.#own, this.#others].every((plans) => {
      const text = plans.check(actor, action, resource)
      return text !== undefined && text === plans.check('nil', action, resource)
    })
  }

  /** Returns whether the answers about fields can differ for actors and resources of these classes. */
  ofFields(actor: Kind, resource: Kind): boolean {
    return this.#isOther((plans) => plans.fields(actor, resource))
  }

  /** Returns whether the answers about requests can differ for actors and requests of these classes. */
  ofRequests(actor: Kind, request: Kind): boolean {
    return this.#isOther((plans) => plans.request(actor, request))
  }

  #isOther(textOf: (plans: Plans) => string | undefined): boolean {
    const own = textOf(this.#own)
    return own === undefined || own !== textOf(this.#others)
  }

  #kindOf(value: unknown): Kind | undefined {
    if (value === null) return 'nil'
    if (typeof value !== 'object') return undefined
    const model = this.#authorizer.schema.modelOf(value)
    return model ? { model: model.name } : undefined
  }
}
