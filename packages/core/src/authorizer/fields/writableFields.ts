import { invalidArgument, NotFoundError, QueryError } from '../../errors.js'
import { assertAction, assertActor, assertKnown, modelNamed } from '../arguments.js'
import type { Engine } from '../decisions/engine.js'
import { explainable } from '../decisions/explainer.js'
import type { Question } from '../decisions/question.js'
import { filterPlansOf } from '../filters/filterPlans.js'
import { Filters } from '../filters/filters.js'
import { allowedOf, assertFieldQuestion, denialOf } from './fieldRules.js'
import { namesIn } from './fields.js'

/** Decides about the fields of a body that is written, by the rules of `allow_field`. */
export class WritableFields {
  /** @param authorizer - The authorizer, to explain denials. */
  constructor(
    private readonly engine: Engine,
    private readonly authorizer: object,
  ) {}

  /** Asserts that a body may be written to a row. @throws as `Authorizer.assertWritable`. */
  async assertWritable(actor: unknown, action: string, resource: unknown, body: unknown): Promise<void> {
    assertFieldQuestion(this.engine, actor, action, resource)
    const names = namesIn(body)
    // A body without fields needs no decision.
    if (names.length === 0) return
    const { decider, listeners } = this.engine
    const question = this.engine.question()
    const decision = listeners.begin('field', actor, action, resource, true, question.policy, question.arrived)
    const fields = await decision.attempt(() =>
      allowedOf({ names, areAll: true }, actor, action, resource, question, this.engine),
    )
    const denied = names.filter((name) => !fields.has(name))
    if (denied.length === 0) return void decision.made(true, { fields: names, granted: new Set(names) })
    // A registered class is a row that does not exist yet, so there is nothing to hide.
    const isRow = typeof resource !== 'function'
    const isHidden =
      actor !== null && isRow && !(await decision.attempt(() => decider.mayRead(actor, resource, question)))
    const reason = actor === null ? 'nobody' : isHidden ? 'hidden' : 'forbidden'
    decision.made(false, { fields: names, isThrown: true, reason })
    const error = isHidden ? new NotFoundError() : denialOf(actor, denied)
    throw explainable(error, { authorizer: this.authorizer, actor, action, resource, field: denied[0] })
  }

  /** Asserts that a body may be written to a new row of a model; otherwise as `assertWritable`. */
  async assertWritableToNew(actor: unknown, action: string, model: string, body: unknown): Promise<void> {
    const { schema, decider, listeners } = this.engine
    assertActor(actor)
    assertAction(action)
    assertKnown(schema, actor, 'actor')
    const { name: modelName } = modelNamed(schema, model)
    const names = namesIn(body)
    const question = decider.question()
    const { policy } = question
    policy.actions.assertNamedForFields(action)
    if (names.length === 0) return
    const decision = listeners.begin('field', actor, action, modelName, true, policy)
    // A rule can name the class itself.
    const ofClass = await this.#allowedOfClass(names, actor, action, modelName, question)
    const denied: string[] = []
    const open: string[] = []
    const filters = new Filters(this.engine)
    for (const name of names) {
      if (ofClass.has(name)) continue
      const condition = filterPlansOf(policy.context).fieldFilter(actor, action, modelName, name)
      const plan = { policy, condition, known: actor, action, modelName, isOfActors: false, before: undefined }
      const { kind } = await filters.load(plan)
      if (kind === 'none') denied.push(name)
      if (kind === 'condition') open.push(name)
    }
    const isDenied = denied.length > 0
    if (!isDenied && open.length > 0)
      throw invalidArgument(`The field "${open[0]}" of a new ${modelName} depends on its row.`, {
        hint: `pass the row in place of the name: authorizer.as('${modelName}', row)`,
        data: { fields: open },
      })
    const reason = actor === null ? 'nobody' : 'forbidden'
    decision.made(!isDenied, isDenied ? { fields: names, isThrown: true, reason } : { fields: names })
    if (!isDenied) return
    throw denialOf(actor, denied)
  }

  /** Returns the fields that rules for the class itself allow; none if they read a row. */
  async #allowedOfClass(
    names: readonly string[],
    actor: unknown,
    action: string,
    modelName: string,
    question: Question,
  ): Promise<Set<string>> {
    try {
      const ofClass = this.engine.schema.constants.get(modelName)
      return await allowedOf({ names, areAll: true }, actor, action, ofClass, question, this.engine)
    } catch (error) {
      if (error instanceof QueryError) return new Set()
      throw error
    }
  }
}
