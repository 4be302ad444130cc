import { ArgumentError, NotFoundError, QueryError, UnauthenticatedError } from '../errors.js'
import { assertAction, assertActor, assertField, assertKnown, assertResource, modelNamed } from './arguments.js'
import type { Engine } from './engine.js'
import { enumerate } from './enumerate.js'
import { fieldsDenied, namesIn, pickFields } from './fields.js'
import type { Filters } from './filters.js'
import type { Question } from './question.js'

/** Decides about fields, by the rules of `allow_field`. */
export class FieldRules {
  readonly #engine: Engine
  readonly #filters: Filters

  constructor(engine: Engine, filters: Filters) {
    this.#engine = engine
    this.#filters = filters
  }

  /** @throws as `Authorizer.authorizeField`. */
  async authorize(actor: unknown, action: string, resource: unknown, field: string): Promise<void> {
    this.#assertQuestion(actor, action, resource)
    assertField(field)
    const { decider, listeners } = this.#engine
    const allowed = await decider.holds('allow_field', [actor, action, resource, field])
    listeners.notify('field', actor, action, resource, allowed)
    if (!allowed) throw denialOf(actor, [field])
  }

  /** Returns the allowed fields. @throws as `Authorizer.authorizedFields`. */
  async allowed(actor: unknown, action: string, resource: unknown): Promise<Set<string>> {
    this.#assertQuestion(actor, action, resource)
    const { schema, decider, listeners } = this.#engine
    const model = schema.modelOf(resource)?.name
    const declared =
      model === undefined
        ? []
        : schema.ancestors(model).flatMap((name) => [...(schema.models.get(name)?.fields.keys() ?? [])])
    const fields = await this.#allowedOf(declared, actor, action, resource, decider.question())
    listeners.notify('field', actor, action, resource, fields.size > 0)
    return fields
  }

  /** Copies rows with their allowed fields. @throws as `Authorizer.pickAuthorized`. */
  async pick(actor: unknown, action: string, rows: object): Promise<unknown> {
    const { schema, decider, listeners } = this.#engine
    assertActor(actor)
    assertAction(action)
    assertKnown(schema, actor, 'actor')
    const question = decider.question()
    question.policy.actions.assertNamedForFields(action)
    return pickFields(schema, rows, async (row, names) => {
      assertKnown(schema, row, 'resource')
      const fields = await this.#allowedOf(names, actor, action, row, question)
      listeners.notify('field', actor, action, row, fields.size > 0)
      return fields
    })
  }

  /** Asserts that a body may be written to a row. @throws as `Authorizer.assertWritable`. */
  async assertWritable(actor: unknown, action: string, resource: unknown, body: unknown): Promise<void> {
    this.#assertQuestion(actor, action, resource)
    const names = namesIn(body)
    // A body without fields needs no decision.
    if (names.length === 0) return
    const { decider, listeners, readAction } = this.#engine
    const question = decider.question()
    const fields = await this.#allowedOf(names, actor, action, resource, question)
    const denied = names.filter((name) => !fields.has(name))
    listeners.notify('field', actor, action, resource, denied.length === 0)
    if (denied.length === 0) return
    // A registered class is a row that does not exist yet, so there is nothing to hide.
    const isRow = typeof resource !== 'function'
    if (actor !== null && isRow && !(await decider.settleKnown(actor, readAction, resource, question)))
      throw new NotFoundError()
    throw denialOf(actor, denied)
  }

  /** Asserts that a body may be written to a new row of a model; otherwise as `assertWritable`. */
  async assertWritableToNew(actor: unknown, action: string, modelName: string, body: unknown): Promise<void> {
    const { schema, decider, listeners } = this.#engine
    assertActor(actor)
    assertAction(action)
    assertKnown(schema, actor, 'actor')
    modelNamed(schema, modelName)
    const names = namesIn(body)
    const question = decider.question()
    const { policy } = question
    policy.actions.assertNamedForFields(action)
    if (names.length === 0) return
    // A rule can name the class itself.
    const ofClass = await this.#allowedOfClass(names, actor, action, modelName, question)
    const denied: string[] = []
    const open: string[] = []
    for (const name of names) {
      if (ofClass.has(name)) continue
      const condition = policy.checks.fieldFilter(actor, action, modelName, name)
      const { kind } = await this.#filters.load({ policy, condition, known: actor, action, modelName })
      if (kind === 'none') denied.push(name)
      if (kind === 'condition') open.push(name)
    }
    const isDenied = denied.length > 0
    if (!isDenied && open.length > 0)
      throw new ArgumentError('invalid-argument', `The field "${open[0]}" of a new ${modelName} depends on its row.`, {
        hint: `pass the row in place of the name: authorizer.as('${modelName}', row)`,
        data: { fields: open },
      })
    listeners.notify('field', actor, action, modelName, !isDenied)
    if (isDenied) throw denialOf(actor, denied)
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
      return await this.#allowedOf(names, actor, action, this.#engine.schema.constants.get(modelName), question)
    } catch (error) {
      if (error instanceof QueryError) return new Set()
      throw error
    }
  }

  /** Returns the allowed fields among `names`; the result may contain more fields. */
  #allowedOf(
    names: readonly string[],
    actor: unknown,
    action: string,
    resource: unknown,
    { policy, host }: Question,
  ): Promise<Set<string>> {
    const args = (field: unknown): unknown[] => [actor, action, resource, field]
    return enumerate(policy.program, 'allow_field', args, names, this.#engine.limits, host)
  }

  #assertQuestion(actor: unknown, action: string, resource: unknown): void {
    const { schema, decider } = this.#engine
    assertActor(actor)
    assertResource(resource)
    assertAction(action)
    assertKnown(schema, actor, 'actor')
    assertKnown(schema, resource, 'resource')
    decider.policy.actions.assertNamedForFields(action)
  }
}

function denialOf(actor: unknown, fields: readonly string[]): Error {
  return actor === null ? new UnauthenticatedError() : fieldsDenied(fields)
}
