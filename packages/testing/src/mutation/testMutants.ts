import { ArgumentError, type Authorizer, type Context, type Policy, PolicyError } from '@arcturus/core'
import {
  actionsToCheck,
  builtinClasses,
  fieldActionsOf,
  fieldTextsOf,
  type Kind,
  own,
  Residuals,
  showObject,
} from '@arcturus/core/internal/testing'
import { type Answer, answerOf, type FieldAnswer, isSame, type Question } from '../diff/answer.js'
import { Differences } from '../diff/differences.js'
import { remembering } from '../diff/diffRun.js'
import { contextText } from '../inContext.js'
import { type Mutant, mutatedSources, policyMutants } from './mutants.js'
import { QuestionOrder } from './questionOrder.js'
import type { QuestionRecorder } from './questions.js'
import { Remembered } from './remembered.js'
import { TimeLimit } from './timeLimit.js'

export interface MutationOptions {
  /**
   * The rows of lists and of witnesses, by model: a sample of the data under test. Rows of recorded
   * checks are always among them.
   */
  readonly rows?: Readonly<Record<string, readonly object[]>>
  /** More actors for witnesses. Actors of recorded questions, and nobody, are always among them. */
  readonly actors?: readonly unknown[]
  /** The maximum number of checks for the search of one witness. Default 2,000. */
  readonly witnessChecks?: number
  /**
   * The time in which a mutant must answer the recorded questions, in milliseconds. A mutant that takes longer is
   * killed. The search of a witness ends after the same time. Default 30,000.
   */
  readonly timeLimit?: number
  /**
   * Called before each mutant, with the number of mutants that are done, and of all. The next mutant waits for a
   * promise that it returns.
   */
  readonly onProgress?: (done: number, all: number) => unknown
}

/** A question that the policy and a mutant answer differently. */
export interface Witness extends Question {
  readonly policy: Answer
  readonly mutant: Answer
}

/** A mutant that the recorded questions do not tell from the policy. */
export interface Survivor {
  readonly mutant: Mutant
  /** Undefined if no row and actor that are known tell the two apart. */
  readonly witness: Witness | undefined
}

/** The result of a mutation test. */
export interface MutationReport {
  /** The number of mutants that load, without those that decide as the policy does everywhere. */
  readonly total: number
  readonly killed: number
  /** The killed mutants that exceeded the time limit. */
  readonly timedOut: readonly Mutant[]
  /** The number of mutants that provably decide as the policy does, for every actor and resource. */
  readonly equivalent: number
  readonly survivors: readonly Survivor[]
  /** The mutants that do not load, with the first error of each. */
  readonly invalid: readonly { readonly mutant: Mutant; readonly reason: string }[]
  /** Returns the survivors with their lines and witnesses. */
  toString(): string
  /** Returns one survivor with its line and its witness, in several lines. */
  readonly textOf: (survivor: Survivor) => string
}

type Recorded = Pick<QuestionRecorder, 'questions' | 'lists'>

/**
 * Asks each mutant of the policy the questions of a test run. A mutant survives if it answers all of
 * them as the policy does: no test would notice that mistake. Each survivor is returned with a
 * witness, a question that tells it from the policy, if one is found.
 *
 * @param authorizer - The authorizer under test. It keeps its policy.
 * @param recorded - The questions of the test run.
 * @throws ArgumentError if no policy is loaded, nothing was recorded, or the time limit is no number above 0.
 */
export async function testMutants(
  authorizer: Authorizer,
  recorded: Recorded,
  options: MutationOptions = {},
): Promise<MutationReport> {
  const { policy } = authorizer
  if (!policy)
    throw new ArgumentError('no-policy', 'No policy is loaded.', {
      hint: 'load one first: await authorizer.load(text)',
    })
  if (recorded.questions.length + recorded.lists.length === 0)
    throw new ArgumentError('invalid-argument', 'The test run recorded no question.', {
      hint: 'create the QuestionRecorder before the tests run, for the authorizer that they use',
    })
  const { timeLimit = 30_000 } = own(options)
  if (typeof timeLimit !== 'number' || !(timeLimit > 0))
    throw new ArgumentError('invalid-argument', '`timeLimit` must be a number of milliseconds above 0.', {
      hint: 'leave it out for 30 seconds',
      data: { timeLimit },
    })
  const run = new MutationRun(authorizer, policy, recorded, { ...own(options), timeLimit })
  return remembering(authorizer, () => run.run())
}

type Schema = Authorizer['schema']

class MutationRun {
  readonly #rows: ReadonlyMap<string, readonly object[]>
  readonly #actors: readonly unknown[]
  readonly #order: QuestionOrder
  readonly #requests: readonly unknown[]
  /** The contexts of recorded questions, in which witnesses are looked for. */
  readonly #contexts: readonly (Context | undefined)[]
  /** The answers of the policy under test. */
  readonly #answers = new Remembered<Answer | FieldAnswer>()
  readonly #residuals: Residuals

  constructor(
    private readonly authorizer: Authorizer,
    private readonly policy: Policy,
    { questions, lists }: Recorded,
    private readonly options: MutationOptions & { readonly timeLimit: number },
  ) {
    this.#residuals = new Residuals(authorizer)
    const rows = new Map<string, Set<object>>()
    const add = (row: unknown, model = authorizer.modelOf(row)): void => {
      if (typeof row !== 'object' || row === null || model === undefined) return
      rows.set(model, (rows.get(model) ?? new Set()).add(row))
    }
    for (const { action, resource } of questions) if (action !== undefined) add(resource)
    for (const [model, list] of Object.entries(options.rows ?? {})) for (const row of list) add(row, model)
    this.#rows = new Map([...rows].map(([model, set]) => [model, [...set]]))
    const asked = [...questions, ...lists]
    this.#actors = [...new Set([...asked.map(({ actor }) => actor), ...(options.actors ?? []), null])]
    // A list is the checks of the rows that are known.
    const listed = lists.flatMap(({ model, ...question }) =>
      (this.#rows.get(model) ?? []).map((resource) => ({ ...question, resource })),
    )
    this.#order = new QuestionOrder((value) => authorizer.modelOf(value), [...questions, ...listed])
    this.#requests = questions.filter(({ action }) => action === undefined).map(({ resource }) => resource)
    this.#contexts = [...new Set(asked.map(({ context }) => context))]
  }

  async run(): Promise<MutationReport> {
    const mutants = policyMutants(this.policy, this.authorizer.schema)
    const survivors: Survivor[] = []
    const invalid: { mutant: Mutant; reason: string }[] = []
    const timedOut: Mutant[] = []
    let killed = 0
    let equivalent = 0
    for (const [at, mutant] of mutants.entries()) {
      await this.options.onProgress?.(at, mutants.length)
      const other = this.#loaded(mutant)
      if (typeof other === 'string') {
        invalid.push({ mutant, reason: other })
        continue
      }
      const differences = new Differences(this.authorizer, other, this.#residuals)
      const limit = new TimeLimit(this.options.timeLimit)
      const found = await limit.of<boolean | 'late'>(this.#differs(other, differences, limit), 'late')
      if (found) killed++
      if (found === 'late') timedOut.push(mutant)
      else if (!found && this.#isEquivalent(differences)) equivalent++
      else if (!found) {
        const search = new TimeLimit(this.options.timeLimit)
        survivors.push({ mutant, witness: await search.of(this.#witness(other, differences, search), undefined) })
      }
    }
    const { schema } = this.authorizer
    const report = { killed, survivors, timedOut, invalid, equivalent }
    return {
      ...report,
      total: mutants.length - invalid.length - equivalent,
      toString: () => reportText(schema, report),
      textOf: (survivor) => survivorLines(schema, survivor).join('\n'),
    }
  }

  /** Returns an authorizer with a mutant, or the reason why it does not load. */
  #loaded(mutant: Mutant): Authorizer | string {
    try {
      return this.authorizer.withPolicy(...mutatedSources(this.policy, mutant))
    } catch (error) {
      if (error instanceof PolicyError) return error.summary
      throw error
    }
  }

  /** Returns whether a recorded question has another answer; `late` if the time is over before all are asked. */
  async #differs(other: Authorizer, differences: Differences, limit: TimeLimit): Promise<boolean | 'late'> {
    const found = await this.#order.some(
      (question) => !limit.isOver && differences.canBe(question),
      async (question) => !limit.isOver && (await this.#answersOf(other, question)) !== undefined,
    )
    return found || (limit.isOver && 'late')
  }

  /**
   * Returns whether no actor of a registered class can tell a mutant from the policy, by no action that the policy names and
   * on no row. No test can be asked for the other differences, such as those for values that are no rows.
   */
  #isEquivalent(differences: Differences): boolean {
    const { schema } = this.authorizer
    const models = [...schema.models.keys()].filter((name) => !builtinClasses.has(name))
    const actors: readonly Kind[] = ['nil', ...models.map((model) => ({ model }))]
    return actors.every(
      (actor) =>
        models.every(
          (model) =>
            !differences.ofFields(actor, { model }) &&
            !differences.ofRequests(actor, { model }) &&
            this.#actionsOf(model).every((action) => !differences.between(actor, action, { model })),
        ) && !differences.ofRequests(actor, { model: undefined }),
    )
  }

  #actionsOf(model: string): readonly string[] {
    const { schema, readAction } = this.authorizer
    return [...actionsToCheck(this.policy, schema.ancestors(model), readAction)]
  }

  async #witness(other: Authorizer, differences: Differences, limit: TimeLimit): Promise<Witness | undefined> {
    let left = this.options.witnessChecks ?? 2000
    const candidates: Question[] = []
    for (const question of this.#candidates()) {
      if (limit.isOver || candidates.length >= left) break
      if (differences.canBe(question)) candidates.push(question)
    }
    for (const context of this.#contexts)
      for (const question of candidates) {
        if (left-- <= 0 || limit.isOver) return undefined
        const witness = await this.#witnessOf(other, { ...question, ...(context && { context }) })
        if (witness) return witness
      }
    return undefined
  }

  /** Yields what known actors can ask: checks, then the fields of rows, then requests. */
  *#candidates(): Generator<Question> {
    const { schema, readAction } = this.authorizer
    for (const ofFields of [undefined, true] as const)
      for (const [model, rows] of this.#rows)
        for (const action of ofFields
          ? fieldActionsOf(this.policy, schema.ancestors(model), readAction)
          : this.#actionsOf(model))
          for (const actor of this.#actors)
            for (const resource of rows) yield { actor, action, resource, ...(ofFields && { ofFields }) }
    for (const resource of this.#requests)
      for (const actor of this.#actors) yield { actor, action: undefined, resource }
  }

  /** Returns the answers of the policy and of a mutant if they differ. */
  async #answersOf(other: Authorizer, question: Question) {
    const policy = await this.#answers.get(question, () => answerOf(this.authorizer, question))
    const mutant = await answerOf(other, question)
    return isSame(policy, mutant) ? undefined : { policy, mutant }
  }

  /** Returns a question as a witness if a mutant answers it differently; of allowed fields, that about one of them. */
  async #witnessOf(other: Authorizer, { ofFields, ...question }: Question): Promise<Witness | undefined> {
    const answers = await this.#answersOf(other, ofFields ? { ...question, ofFields } : question)
    // Sound: only a question about fields has them as its answer.
    if (!answers || !ofFields) return answers && ({ ...question, ...answers } as Witness)
    const { schema } = this.authorizer
    const ancestors = schema.ancestors(this.authorizer.modelOf(question.resource)!)
    const declared = ancestors.flatMap((name) => [...(schema.models.get(name)?.fields.keys() ?? [])])
    for (const field of new Set([...declared, ...fieldTextsOf(this.policy, ancestors)])) {
      const witness = await this.#witnessOf(other, { ...question, field })
      if (witness) return witness
    }
    return undefined
  }
}

function reportText(schema: Schema, report: Omit<MutationReport, 'total' | 'toString' | 'textOf'>): string {
  const { killed, survivors, timedOut, invalid, equivalent } = report
  const sentences = [
    `${killed} of ${killed + survivors.length} mutants killed, ${survivors.length} survived.`,
    ...(timedOut.length > 0 ? [`${timedOut.length} of the killed exceeded the time limit.`] : []),
    ...(invalid.length > 0 ? [`${invalid.length} did not load.`] : []),
    ...(equivalent > 0 ? [`${equivalent} decide as the policy does.`] : []),
  ]
  const lines = [sentences.join(' ')]
  for (const survivor of survivors) lines.push('', ...survivorLines(schema, survivor))
  return lines.join('\n')
}

function survivorLines(
  schema: Schema,
  { mutant: { description, span, replacement }, witness }: Survivor,
): readonly string[] {
  const show = (value: unknown): string => showObject(schema, value)
  const { source, start, end } = span
  const { line } = source.position(start)
  const before = source.line(line)
  const offset = start - source.text.lastIndexOf('\n', start - 1) - 1
  const isOneLine = source.position(end).line === line
  const after = before.slice(0, offset) + replacement + (isOneLine ? before.slice(offset + end - start) : '')
  return [
    `${source.name ?? 'policy'}:${line}  ${description}`,
    `  - ${before.trim()}`,
    ...(after.trim() === '' ? [] : [`  + ${after.trim()}`]),
    ...(witness
      ? [
          `  No test asks: may ${witness.actor === null ? 'nobody' : show(witness.actor)} ${askedText(witness, show)}?`,
          ...(witness.context ? [`  The context: ${contextText(schema, witness.context)}.`] : []),
          `  The policy: ${answerText(witness.policy)}. The mutant: ${answerText(witness.mutant)}.`,
          `  ${testOf(witness)}`,
        ]
      : ['  No known actor and row tell it from the policy.']),
  ]
}

function askedText({ action, resource, field }: Witness, show: (value: unknown) => string): string {
  if (action === undefined) return `make the request ${show(resource)}`
  return `"${action}" ${field ? `the field "${field}" of ` : ''}${show(resource)}`
}

/** Returns the test that tells a mutant from the policy. */
function testOf({ action, field, policy }: Witness): string {
  const allowed = policy === 'allowed'
  if (action === undefined)
    return `await ${allowed ? 'authorizer.authorizeRequest(actor, request)' : 'expect(authorizer.authorizeRequest(actor, request)).rejects.toThrow()'}`
  if (field === undefined)
    return `await ${allowed ? 'expectAllowed' : 'expectDenied'}(actor, ${JSON.stringify(action)}, resource)`
  const asked = `authorizer.authorizeField(actor, ${JSON.stringify(action)}, resource, ${JSON.stringify(field)})`
  return allowed ? `await ${asked}` : `await expect(${asked}).rejects.toThrow()`
}

function answerText(answer: Answer): string {
  return typeof answer === 'object' ? `error ${answer.error}` : answer
}
