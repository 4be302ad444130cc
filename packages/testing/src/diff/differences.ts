import type { Authorizer } from '@arcturus/core'
import { type ComparedKind, type Kind, Residuals } from '@arcturus/core/internal/testing'
import type { Question } from './answer.js'

/** Knows for which questions two policies can differ: those with another condition. */
export class Differences {
  readonly #others: Residuals

  /** @param own - The conditions of `authorizer`. */
  constructor(
    private readonly authorizer: Authorizer,
    other: Authorizer,
    private readonly own: Residuals,
  ) {
    this.#others = new Residuals(other)
  }

  /** Returns whether the answers to a question can differ. */
  canBe({ actor, action, resource, field, ofFields }: Question): boolean {
    const who = this.#kindOf(actor)
    if (who === undefined) return true
    if (action === undefined)
      return typeof resource !== 'object' || this.ofRequests(who, this.#kindOf(resource) ?? { model: undefined })
    const what = this.#kindOf(resource)
    if (what === undefined) return true
    return field === undefined && !ofFields ? this.between(who, action, what) : this.ofFields(who, what)
  }

  /** Returns whether the answers to checks can differ for actors and resources of these classes. */
  between(actor: ComparedKind, action: string, resource: ComparedKind): boolean {
    return this.#isOther((residuals) => residuals.check(actor, action, resource))
  }

  /** Returns whether each policy decides for actors of a kind as it does for an anonymous user. */
  isAsNobody(actor: ComparedKind, action: string, resource: ComparedKind): boolean {
    return [this.own, this.#others].every((residuals) => {
      const text = residuals.check(actor, action, resource)
      return text !== undefined && text === residuals.check('nil', action, resource)
    })
  }

  /** Returns whether the answers about fields can differ for actors and resources of these classes. */
  ofFields(actor: Kind, resource: Kind): boolean {
    return this.#isOther((residuals) => residuals.fields(actor, resource))
  }

  /** Returns whether the answers about requests can differ for actors and requests of these classes. */
  ofRequests(actor: Kind, request: Kind): boolean {
    return this.#isOther((residuals) => residuals.request(actor, request))
  }

  #isOther(textOf: (residuals: Residuals) => string | undefined): boolean {
    const own = textOf(this.own)
    return own === undefined || own !== textOf(this.#others)
  }

  #kindOf(value: unknown): Kind | undefined {
    if (value === null) return 'nil'
    if (typeof value !== 'object') return undefined
    const model = this.authorizer.schema.modelOf(value)
    return model ? { model: model.name } : undefined
  }
}
