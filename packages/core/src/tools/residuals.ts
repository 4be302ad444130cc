import type { Authorizer } from '../authorizer/authorizer.js'
import { deriveRequest, type Kind, planCheck, planFields } from '../authorizer/plans/plans.js'
import { canonicalText } from '../condition/canonical.js'
import type { Condition, Subject } from '../condition/condition.js'
import { Deriver } from '../condition/derive/derive.js'
import { simplify } from '../condition/rewrite/passes.js'
import { isStackOverflow } from '../values/stackOverflow.js'

/** The kind of an actor or a resource; `none` is a value that is no row, such as a string. */
export type ComparedKind = Kind | 'none'

const kindOf = (kind: ComparedKind): Kind => (kind === 'none' ? { model: undefined } : kind)

/**
 * The residual conditions of one policy, by classes and action, as canonical texts. Two policies
 * with the same text give the same answer for all rows of the classes.
 * @example
 * const [old, next] = [new Residuals(before), new Residuals(after)]
 * const check = [{ model: 'User' }, 'read', { model: 'Document' }] as const
 * old.check(...check) === next.check(...check)
 */
export class Residuals {
  readonly #deriver: Deriver
  readonly #texts = new Map<string, string | undefined>()

  /** @param authorizer - An authorizer with a loaded policy. */
  constructor(private readonly authorizer: Authorizer) {
    this.#deriver = new Deriver(authorizer.policy!, authorizer.schema)
  }

  /** Returns the canonical text of a check's condition; undefined if it is too long or too deep. */
  check(actor: ComparedKind, action: string, resource: ComparedKind): string | undefined {
    const { policy, schema } = this.authorizer
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
      planFields(this.authorizer.schema, actor, resource, this.#deriver),
    )
  }

  /** Returns the same of `allow_request`. */
  request(actor: Kind, request: Kind): string | undefined {
    const { schema } = this.authorizer
    return this.#text(['request', actor, request], () => simplify(deriveRequest(schema, actor, request, this.#deriver)))
  }

  #text(asked: readonly unknown[], plan: () => Condition, noRows: readonly Subject['kind'][] = []): string | undefined {
    const key = JSON.stringify(asked)
    if (!this.#texts.has(key)) this.#texts.set(key, this.#made(plan, noRows))
    return this.#texts.get(key)
  }

  #made(plan: () => Condition, noRows: readonly Subject['kind'][]): string | undefined {
    const { policy, schema } = this.authorizer
    try {
      return canonicalText(policy!, schema, plan(), noRows)
    } catch (error) {
      if (isStackOverflow(error)) return undefined
      throw error
    }
  }
}
