import { UnauthenticatedError } from '../../errors.js'
import type { Candidates } from '../actions/policyActions.js'
import { assertAction, assertActor, assertField, assertKnown, assertResource } from '../arguments.js'
import type { Engine } from '../decisions/engine.js'
import { enumerate } from '../decisions/enumerate.js'
import { explainable } from '../decisions/explainer.js'
import type { Question } from '../decisions/question.js'
import { fieldsDenied, pickFields } from './fields.js'

/** Decides about fields, by the rules of `allow_field`. */
export class FieldRules {
  /** @param authorizer - The authorizer, to explain denials. */
  constructor(
    private readonly engine: Engine,
    private readonly authorizer: object,
  ) {}

  /** @throws as `Authorizer.authorizeField`. */
  async authorize(actor: unknown, action: string, resource: unknown, field: string): Promise<void> {
    assertFieldQuestion(this.engine, actor, action, resource)
    assertField(field)
    const { decider, listeners } = this.engine
    const decision = listeners.begin('field', actor, action, resource, true)
    const fields = [field]
    const question = () => decider.question(undefined, undefined, decision.arrived)
    const allowed = await decision.attempt(() =>
      decider.holds('allow_field', [actor, action, resource, field], question()),
    )
    if (allowed) return void decision.made(true, { fields })
    decision.made(false, { fields, isThrown: true, reason: actor === null ? 'nobody' : 'forbidden' })
    throw explainable(denialOf(actor, [field]), { authorizer: this.authorizer, actor, action, resource, field })
  }

  /** Returns the allowed fields. @throws as `Authorizer.authorizedFields`. */
  async allowed(actor: unknown, action: string, resource: unknown): Promise<Set<string>> {
    assertFieldQuestion(this.engine, actor, action, resource)
    const { schema, listeners } = this.engine
    const model = schema.modelOf(resource)?.name
    const declared =
      model === undefined
        ? []
        : schema.ancestors(model).flatMap((name) => [...(schema.models.get(name)?.fields.keys() ?? [])])
    const question = this.engine.question()
    const candidates = question.policy.actions.fieldCandidates(declared)
    const decision = listeners.begin('field', actor, action, resource, true, question.policy, question.arrived)
    const fields = await decision.attempt(() => allowedOf(candidates, actor, action, resource, question, this.engine))
    decision.made(fields.size > 0, { granted: fields })
    return fields
  }

  /** Copies rows with their allowed fields. @throws as `Authorizer.pickAuthorized`. */
  async pick(actor: unknown, action: string, rows: object): Promise<unknown> {
    const { schema, listeners } = this.engine
    assertActor(actor)
    assertAction(action)
    assertKnown(schema, actor, 'actor')
    const question = this.engine.question()
    question.policy.actions.assertNamedForFields(action)
    // A response that lists no rows is decided, too.
    if (Array.isArray(rows) && rows.length === 0)
      listeners.begin('field', actor, action, undefined, true, question.policy, question.arrived).made(true)
    return pickFields(schema, rows, async (row, names) => {
      assertKnown(schema, row, 'resource')
      const decision = listeners.begin('field', actor, action, row, true, question.policy, question.arrived)
      const fields = await decision.attempt(() =>
        allowedOf({ names, areAll: true }, actor, action, row, question, this.engine),
      )
      const granted = new Set(names.filter((name) => fields.has(name)))
      decision.made(fields.size > 0, { fields: names, granted })
      return fields
    })
  }
}

/** Returns the allowed fields among the candidates; the result may contain others. */
export function allowedOf(
  candidates: Candidates,
  actor: unknown,
  action: string,
  resource: unknown,
  question: Question,
  { limits }: Engine,
): Promise<Set<string>> {
  const args = (field: unknown): unknown[] => [actor, action, resource, field]
  return enumerate(question, 'allow_field', args, candidates, limits)
}

/** @throws ArgumentError if the arguments of a question about fields are invalid. */
export function assertFieldQuestion(
  { schema, decider }: Engine,
  actor: unknown,
  action: string,
  resource: unknown,
): void {
  assertActor(actor)
  assertResource(resource)
  assertAction(action)
  assertKnown(schema, actor, 'actor')
  assertKnown(schema, resource, 'resource')
  decider.policy.actions.assertNamedForFields(action)
}

export function denialOf(actor: unknown, fields: readonly string[]): Error {
  return actor === null ? new UnauthenticatedError() : fieldsDenied(fields)
}
