import { ArgumentError } from '../../errors.js'
import { restrictsFields } from '../actions/actionNames.js'
import { assertAction, assertActor, assertKnown, assertRow, modelNamed } from '../arguments.js'
import type { MadeDecision } from '../decisions/decision.js'
import type { Engine } from '../decisions/engine.js'
import { type Explained, explainable } from '../decisions/explainer.js'
import { type DenialReason, Denials, errorFor } from '../denial.js'
import { allowedOf } from '../fields/fieldRules.js'
import { fieldsDenied } from '../fields/fields.js'
import type { LoadedPolicy } from '../policies/loadedPolicy.js'
import { ChangeQuestion } from './changeQuestion.js'
import { readData } from './data.js'
import { newRows } from './newRows.js'
import { rowAfter } from './rowAfter.js'

/** The options of `authorizeChange`. */
export interface ChangeOptions {
  /** Whether an actor who may not read the row gets a 404 in place of a 403. Default true. */
  readonly checkRead?: boolean | undefined
}

/** Returns data, once they are needed. */
type Source = () => unknown

/** Authorizes changes of rows and new rows, before they are written. */
export class Changes {
  readonly #denials: Denials

  /** @param authorizer - The authorizer, to explain denials. */
  constructor(
    private readonly engine: Engine,
    private readonly authorizer: object,
  ) {
    this.#denials = new Denials(engine)
  }

  /** Returns the data to write. @throws as `Authorizer.authorizeChange`. */
  async change(
    actor: unknown,
    action: string,
    row: unknown,
    patch: unknown,
    options: ChangeOptions,
  ): Promise<Record<string, unknown>> {
    const decision = this.engine.listeners.begin('change', actor, action, row, true)
    return decision.attempt(() => this.#change(actor, action, row, patch, options, decision))
  }

  async #change(
    actor: unknown,
    action: string,
    row: unknown,
    patch: unknown,
    { checkRead }: ChangeOptions,
    decision: MadeDecision,
  ): Promise<Record<string, unknown>> {
    const { schema, hosts, decider, readAction } = this.engine
    assertActor(actor)
    assertAction(action)
    assertRow(row, 'authorizeChange')
    assertKnown(schema, actor, 'actor')
    assertKnown(schema, row, 'resource')
    const model = schema.modelOf(row)?.name
    if (model === undefined) throw unknownModel(row)
    const { policy } = decider
    const read = (input: unknown) => ({
      names: new Set(typeof input === 'object' && input !== null ? Object.keys(input) : []),
      data: attempt(() => readData(schema, model, input, row)),
    })
    // The arguments are copied before the first `await`, so later changes to them have no effect.
    const early = typeof patch === 'function' ? undefined : read(patch)
    await undefined
    const options = { checkRead: checkRead !== false, observed: false }
    const reason = await this.#denials.reason(actor, action, row, options, policy)
    const asked = { actor, action, resource: row }
    if (reason !== undefined) throw this.#denied(decision, reason, asked)
    const deny = async (
      denied: Partial<Explained>,
      names: readonly string[] = [],
      relation?: string,
    ): Promise<never> => {
      const why = await this.#reason(actor, row, checkRead, policy)
      throw this.#denied(decision, why, { ...asked, ...denied }, names, relation)
    }
    const assertFields = async (fields: ReadonlySet<string>): Promise<void> => {
      const forbidden = await this.#forbidden(policy, action, model, fields, (names) =>
        allowedOf({ names, areAll: true }, actor, action, row, decider.question(policy), this.engine),
      )
      if (forbidden.length > 0) await deny({ resource: row, field: forbidden[0] }, forbidden)
    }
    // An actor learns nothing about the columns of rows that they may not change, nor about hidden columns.
    const { names, data: known } = early ?? read(await Reflect.apply(patch as Source, undefined, []))
    await assertFields(names)
    const { data, ...values } = known()
    await assertFields(new Set([...values.fields].filter((name) => !names.has(name))))
    const change = rowAfter(schema, hosts.options.equality, model, row, values)
    const question = new ChangeQuestion(this.engine, policy, [change])
    if (!(await question.allows(actor, action, change))) await deny({ resource: change.after })
    const isShown = async (fields: readonly string[]): Promise<boolean> => {
      const hidden = await this.#forbidden(policy, readAction, model, new Set(fields), (all) =>
        allowedOf({ names: all, areAll: true }, actor, readAction, row, decider.question(policy), this.engine),
      )
      return hidden.length === 0
    }
    const hidden = await question.unreadable(actor, change, isShown)
    if (hidden) await deny({ resource: hidden.row, action: readAction }, [], hidden.relation)
    decision.made(true)
    return data
  }

  /** Returns the data to write. @throws as `Authorizer.authorizeCreate`. */
  async create(actor: unknown, action: string, modelName: string, input: unknown): Promise<Record<string, unknown>> {
    const decision = this.engine.listeners.begin('change', actor, action, modelName, true)
    return decision.attempt(() => this.#create(actor, action, modelName, input, decision))
  }

  async #create(
    actor: unknown,
    action: string,
    model: string,
    input: unknown,
    decision: MadeDecision,
  ): Promise<Record<string, unknown>> {
    const { schema, decider } = this.engine
    assertActor(actor)
    assertAction(action)
    assertKnown(schema, actor, 'actor')
    const { name: modelName } = modelNamed(schema, model)
    const { policy } = decider
    // As a check: rules that accept any action decide this one too.
    if (!policy.actions.isWild) policy.actions.assertNamedFor(action, modelName)
    const { rows, data } = newRows(schema, modelName, input)
    await undefined
    const changes = rows.map(({ change }) => change)
    const question = new ChangeQuestion(this.engine, policy, changes)
    const reason = actor === null ? 'nobody' : 'forbidden'
    for (const { change, fields } of rows) {
      const { model, after: resource } = change
      const forbidden = await this.#forbidden(policy, action, model, fields, async (names) => {
        const allowed = new Set<string>()
        for (const name of names) if (await question.allowsField(actor, action, change, name)) allowed.add(name)
        return allowed
      })
      const asked = { actor, action, resource }
      if (forbidden.length > 0) throw this.#denied(decision, reason, { ...asked, field: forbidden[0] }, forbidden)
      if (!(await question.allows(actor, action, change))) throw this.#denied(decision, reason, asked)
      const hidden = await question.unreadable(actor, change, async () => true)
      if (hidden) {
        const read = { actor, action: this.engine.readAction, resource: hidden.row }
        throw this.#denied(decision, reason, read, [], hidden.relation)
      }
    }
    decision.made(true)
    return data
  }

  /** Returns the reason for the denial of a change of a row on which the action itself is allowed. */
  async #reason(
    actor: unknown,
    row: unknown,
    checkRead: boolean | undefined,
    policy: LoadedPolicy,
  ): Promise<DenialReason> {
    if (actor === null) return 'nobody'
    if (checkRead === false) return 'forbidden'
    const { decider } = this.engine
    return (await decider.mayRead(actor, row, decider.question(policy))) ? 'forbidden' : 'hidden'
  }

  /** Returns the fields that the actor may not write. @param allows - Returns the allowed ones of names. */
  async #forbidden(
    { policy }: LoadedPolicy,
    action: string,
    model: string,
    fields: ReadonlySet<string>,
    allows: (names: readonly string[]) => Promise<ReadonlySet<string>>,
  ): Promise<readonly string[]> {
    if (fields.size === 0 || !restrictsFields(policy, this.engine.schema.ancestors(model), action)) return []
    const allowed = await allows([...fields])
    return [...fields].filter((name) => !allowed.has(name))
  }

  /** Returns the error of a denial, of which listeners are told. */
  #denied(
    decision: MadeDecision,
    reason: DenialReason,
    asked: Omit<Explained, 'authorizer'>,
    fields: readonly string[] = [],
    relation?: string,
  ): Error {
    decision.made(false, { reason, isThrown: true, ...(fields.length > 0 && { fields }) })
    const error = reason === 'forbidden' && fields.length > 0 ? fieldsDenied(fields) : errorFor(reason)
    if (relation !== undefined) Object.defineProperty(error, 'data', { value: { relation } })
    return explainable(error, { authorizer: this.authorizer, ...asked })
  }
}

/** Runs a function now, and returns another one that has its result or its error. */
function attempt<Result>(read: () => Result): () => Result {
  try {
    const result = read()
    return () => result
  } catch (error) {
    return () => {
      throw error
    }
  }
}

function unknownModel(row: object): ArgumentError {
  return new ArgumentError('unknown-row', 'The model of the row is unknown.', {
    hint: "name it: authorizer.as('Model', row)",
    data: { value: row },
  })
}
