import type { Authorizer } from '@arcturus/core'
import { actionsFor, watchDecisions } from '@arcturus/core/tools'
import type { Check, Question } from '../diff/answer.js'

/**
 * A question that a test run asked: a check, the question about one `field` of a resource, or, without
 * an action, a request, which is the `resource`.
 */
export type RecordedQuestion = Question

/** A list that a test run made: the filter of a model. */
export interface RecordedList {
  readonly actor: unknown
  readonly action: string
  readonly model: string
}

/** A test run asked for all fields of a resource on which an actor may perform an action. */
export type RecordedFields = Check

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
  readonly #authorizer: Authorizer
  readonly #questions: RecordedQuestion[] = []
  readonly #lists: RecordedList[] = []
  readonly #fields: RecordedFields[] = []
  readonly #known = new Map<unknown, Map<unknown, Set<string>>>()
  readonly #stop: () => void

  /** @param authorizer - The authorizer of the application under test, with a loaded policy. */
  constructor(authorizer: Authorizer) {
    this.#authorizer = authorizer
    this.#stop = watchDecisions(
      authorizer,
      ({ kind, actor, action: asked, resource, outcome, details: { fields } }) => {
        if (outcome === 'error' || resource === undefined) return
        // Sound: each of these kinds but `request` and `actions` is about an action.
        const action = asked as string
        if (kind === 'check' || kind === 'change') this.#add({ actor, action, resource })
        else if (kind === 'actions')
          for (const each of this.#actions(resource)) this.#add({ actor, action: each, resource })
        else if (kind === 'request') this.#add({ actor, action: undefined, resource })
        else if (kind === 'field' && fields) for (const field of fields) this.#add({ actor, action, resource, field })
        else if (kind === 'field' && this.#isNew({ actor, action, resource }, 'fields'))
          this.#fields.push({ actor, action, resource })
        else if (kind === 'filter' && this.#isNew({ actor, action, resource }, 'list'))
          this.#lists.push({ actor, action, model: resource as string })
      },
    )
  }

  /** The checks, and the questions about single fields and about requests, each once. */
  get questions(): readonly RecordedQuestion[] {
    return this.#questions
  }

  /** The lists, each once. */
  get lists(): readonly RecordedList[] {
    return this.#lists
  }

  /** The questions about all fields of a resource, each once. */
  get fields(): readonly RecordedFields[] {
    return this.#fields
  }

  /** Stops recording. */
  stop(): void {
    this.#stop()
  }

  #add(question: RecordedQuestion): void {
    if (this.#isNew(question)) this.#questions.push(question)
  }

  #isNew({ actor, action, resource, field }: RecordedQuestion, kind?: 'fields' | 'list'): boolean {
    const ofActor = this.#known.get(actor) ?? new Map<unknown, Set<string>>()
    this.#known.set(actor, ofActor)
    const asked = ofActor.get(resource) ?? new Set<string>()
    ofActor.set(resource, asked)
    const key = JSON.stringify([kind, action, field])
    if (asked.has(key)) return false
    asked.add(key)
    return true
  }

  #actions(resource: unknown): readonly string[] {
    const { policy, schema } = this.#authorizer
    const model = this.#authorizer.modelOf(resource)
    return policy && model !== undefined ? actionsFor(policy, schema.ancestors(model)) : []
  }
}
