import { ArcturusError, ArgumentError, type Authorizer, type Context, type Policy, PolicyError } from '@arcturus/core'
import {
  actionsToCheck,
  builtinClasses,
  fieldActionsOf,
  fieldTextsOf,
  type Kind,
  own,
  RelationMemory,
  Residuals,
  showObject,
} from '@arcturus/core/internal/testing'
import { type Answer, answerOf, isSame } from '../diff/answer.js'
import { Differences } from '../diff/differences.js'
import { contextText, inContext } from '../inContext.js'
import { type Mutant, mutatedSources, policyMutants } from './mutants.js'
import { QuestionOrder } from './questionOrder.js'
import type { QuestionRecorder, RecordedFields, RecordedQuestion } from './questions.js'
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
export interface Witness extends RecordedQuestion {
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

type Recorded = Pick<QuestionRecorder, 'questions' | 'lists' | 'fields'>

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
  if (recorded.questions.length + recorded.lists.length + recorded.fields.length === 0)
    throw new ArgumentError('invalid-argument', 'The test run recorded no question.', {
      hint: 'create the QuestionRecorder before the tests run, for the authorizer that they use',
    })
  const { timeLimit = 30_000 } = own(options)
  if (typeof timeLimit !== 'number' || !(timeLimit > 0))
    throw new ArgumentError('invalid-argument', '`timeLimit` must be a number of milliseconds above 0.', {
      hint: 'leave it out for 30 seconds',
      data: { timeLimit },
    })
  return new MutationRun(authorizer, policy, recorded, { ...own(options), timeLimit }).run()
}

type Schema = Authorizer['schema']

/** What a witness can ask: a question, or which fields of a resource are allowed. */
interface Candidate {
  readonly ofFields: boolean
  readonly question: RecordedQuestion
}

class MutationRun {
  readonly #rows: ReadonlyMap<string, readonly object[]>
  readonly #actors: readonly unknown[]
  readonly #order: QuestionOrder
  readonly #requests: readonly unknown[]
  /** The contexts of recorded questions, in which witnesses are looked for. */
  readonly #contexts: readonly (Context | undefined)[]
  /** The answers of the policy under test. */
  readonly #answers = new Remembered<Answer>()
  readonly #fieldsTexts = new Remembered<string>()
  readonly #residuals: Residuals

  constructor(
    private readonly authorizer: Authorizer,
    private readonly policy: Policy,
    { questions, lists, fields }: Recorded,
    private readonly options: MutationOptions & { readonly timeLimit: number },
  ) {
    this.#residuals = new Residuals(authorizer)
    const rows = new Map<string, Set<object>>()
    const add = (row: unknown, model = authorizer.modelOf(row)): void => {
      if (typeof row !== 'object' || row === null || model === undefined) return
      rows.set(model, (rows.get(model) ?? new Set()).add(row))
    }
    for (const { action, resource } of [...questions, ...fields]) if (action !== undefined) add(resource)
    for (const [model, list] of Object.entries(options.rows ?? {})) for (const row of list) add(row, model)
    this.#rows = new Map([...rows].map(([model, set]) => [model, [...set]]))
    this.#actors = [
      ...new Set([
        ...questions.map(({ actor }) => actor),
        ...lists.map(({ actor }) => actor),
        ...fields.map(({ actor }) => actor),
        ...(options.actors ?? []),
        null,
      ]),
    ]
    // A list is the checks of the rows that are known.
    const listed = lists.flatMap(({ model, ...question }) =>
      (this.#rows.get(model) ?? []).map((resource) => ({ ...question, resource })),
    )
    this.#order = new QuestionOrder((value) => authorizer.modelOf(value), [...questions, ...listed], fields)
    this.#requests = questions.filter(({ action }) => action === undefined).map(({ resource }) => resource)
    this.#contexts = [...new Set([...questions, ...lists, ...fields].map(({ context }) => context))]
  }

  async run(): Promise<MutationReport> {
    // All questions are about the same data, so that each relation is loaded once.
    const memory = new RelationMemory()
    const forget = this.authorizer.rememberIn(() => memory)
    try {
      return await this.#run()
    } finally {
      forget()
    }
  }

  async #run(): Promise<MutationReport> {
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
    return {
      total: mutants.length - invalid.length - equivalent,
      equivalent,
      killed,
      timedOut,
      survivors,
      invalid,
      toString: () => reportText(schema, { killed, survivors, timedOut, invalid, equivalent }),
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
      async (question, ofFields) => {
        if (limit.isOver) return false
        // Sound: a question about fields has an action.
        return ofFields ? this.#fieldsDiffer(other, question as RecordedFields) : this.#differ(other, question)
      },
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

  async #differ(other: Authorizer, question: RecordedQuestion): Promise<boolean> {
    return !isSame(await this.#answer(question), await answerOf(other, question))
  }

  #answer(question: RecordedQuestion): Promise<Answer> {
    return this.#answers.get(question, () => answerOf(this.authorizer, question))
  }

  async #witness(other: Authorizer, differences: Differences, limit: TimeLimit): Promise<Witness | undefined> {
    let left = this.options.witnessChecks ?? 2000
    const candidates: Candidate[] = []
    for (const { ofFields, question } of this.#candidates()) {
      if (limit.isOver || candidates.length >= left) break
      if (differences.canBe(ofFields ? { ...question, field: '' } : question)) candidates.push({ ofFields, question })
    }
    for (const context of this.#contexts)
      for (const { ofFields, question } of candidates) {
        if (left-- <= 0 || limit.isOver) return undefined
        const asked = { ...question, ...(context && { context }) }
        const witness = ofFields ? await this.#fieldWitness(other, asked) : await this.#witnessOf(other, asked)
        if (witness) return witness
      }
    return undefined
  }

  /** Yields what known actors can ask: checks, then the fields of rows, then requests. */
  *#candidates(): Generator<Candidate> {
    const { schema, readAction } = this.authorizer
    for (const ofFields of [false, true])
      for (const [model, rows] of this.#rows)
        for (const action of ofFields
          ? fieldActionsOf(this.policy, schema.ancestors(model), readAction)
          : this.#actionsOf(model))
          for (const actor of this.#actors)
            for (const resource of rows) yield { ofFields, question: { actor, action, resource } }
    for (const resource of this.#requests)
      for (const actor of this.#actors) yield { ofFields: false, question: { actor, action: undefined, resource } }
  }

  /** Returns a question as a witness if a mutant answers it differently. */
  async #witnessOf(other: Authorizer, question: RecordedQuestion): Promise<Witness | undefined> {
    const [policy, mutant] = [await this.#answer(question), await answerOf(other, question)]
    return isSame(policy, mutant) ? undefined : { ...question, policy, mutant }
  }

  /** Returns whether a mutant allows other fields of a resource. */
  async #fieldsDiffer(other: Authorizer, asked: RecordedFields): Promise<boolean> {
    const own = await this.#fieldsTexts.get(asked, () => fieldsText(this.authorizer, asked))
    return own !== (await fieldsText(other, asked))
  }

  /** Returns a field of a resource about which a mutant answers differently. */
  async #fieldWitness(other: Authorizer, asked: RecordedQuestion): Promise<Witness | undefined> {
    // Sound: a question about fields has an action.
    if (!(await this.#fieldsDiffer(other, asked as RecordedFields))) return undefined
    const { schema } = this.authorizer
    const ancestors = schema.ancestors(this.authorizer.modelOf(asked.resource)!)
    const declared = ancestors.flatMap((name) => [...(schema.models.get(name)?.fields.keys() ?? [])])
    for (const field of new Set([...declared, ...fieldTextsOf(this.policy, ancestors)])) {
      const witness = await this.#witnessOf(other, { ...asked, field })
      if (witness) return witness
    }
    return undefined
  }
}

/** Returns the allowed fields of a resource as one text, or the code of an error. */
async function fieldsText(base: Authorizer, { actor, action, resource, context }: RecordedFields): Promise<string> {
  try {
    const authorizer = inContext(base, context)
    return JSON.stringify([...(await authorizer.authorizedFields(actor, action as never, resource))].sort())
  } catch (error) {
    if (error instanceof ArcturusError) return error.code
    throw error
  }
}

function reportText(
  schema: Schema,
  {
    killed,
    survivors,
    timedOut,
    invalid,
    equivalent,
  }: Pick<MutationReport, 'killed' | 'survivors' | 'timedOut' | 'invalid' | 'equivalent'>,
): string {
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
