import type { Authorizer, Context } from '@arcturus/core'
import { actionsFor, watchDecisions } from '@arcturus/core/internal/testing'
import type { Question } from '../diff/answer.js'
import { Remembered } from './remembered.js'

type ContextValues = NonNullable<Parameters<Parameters<typeof watchDecisions>[1]>[0]['context']>

/** A list that a test run made: the filter of a model. */
export interface RecordedList {
  readonly actor: unknown
  readonly action: string
  readonly model: string
  /** Undefined if the list had none. */
  readonly context?: Context | undefined
}

/**
 * Records the questions of a test run, so that mutants of the policy can be asked the same.
 *
 * @example
 * ```ts
 * const recorder = new QuestionRecorder(authorizer)
 * afterAll(async () => {
 *   recorder.stop()
 *   console.log(String(await testMutants(authorizer, recorder)))
 * })
 * ```
 */
export class QuestionRecorder {
  readonly #questions: Question[] = []
  readonly #lists: RecordedList[] = []
  readonly #known = { question: new Remembered<true>(), list: new Remembered<true>() }
  readonly #contexts = new WeakMap<ContextValues, Context>()
  readonly #stop: () => void

  /** @param authorizer - The authorizer of the application under test, with a loaded policy. */
  constructor(private readonly authorizer: Authorizer) {
    this.#stop = watchDecisions(
      authorizer,
      ({ kind, actor, action: asked, resource, outcome, context: values, details: { fields } }) => {
        if (outcome === 'error' || resource === undefined) return
        const context = values && this.#contextOf(values)
        // Sound: each of these kinds but `request` and `actions` is about an action.
        const question = { actor, action: asked as string, resource, context }
        if (kind === 'check' || kind === 'change') this.#add(question)
        else if (kind === 'actions') for (const action of this.#actions(resource)) this.#add({ ...question, action })
        else if (kind === 'request') this.#add({ ...question, action: undefined })
        else if (kind === 'field' && fields) for (const field of fields) this.#add({ ...question, field })
        else if (kind === 'field') this.#add({ ...question, ofFields: true })
        else if (kind === 'filter' && this.#known.list.add(question, true))
          this.#lists.push({ actor, action: question.action, model: resource as string, context })
      },
    )
  }

  /** The checks, and the questions about fields and about requests, each once. */
  get questions(): readonly Question[] {
    return this.#questions
  }

  /** The lists, each once. */
  get lists(): readonly RecordedList[] {
    return this.#lists
  }

  /** Stops recording. */
  stop(): void {
    this.#stop()
  }

  #add(question: Question): void {
    if (this.#known.question.add(question, true)) this.#questions.push(question)
  }

  /** Returns values of the context by name, as `authorizer.with` takes them. */
  #contextOf(given: ContextValues): Context {
    const names = [...this.authorizer.schema.context.fields.keys()]
    const context: Context =
      this.#contexts.get(given) ?? Object.fromEntries(names.map((name, at) => [name, given.values[at]]))
    this.#contexts.set(given, context)
    return context
  }

  #actions(resource: unknown): readonly string[] {
    const { policy, schema } = this.authorizer
    const model = this.authorizer.modelOf(resource)
    return policy && model !== undefined ? actionsFor(policy, schema.ancestors(model)) : []
  }
}
