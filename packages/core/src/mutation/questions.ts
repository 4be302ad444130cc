import { actionsFor } from '../authorizer/actionNames.js'
import type { Authorizer } from '../authorizer/authorizer.js'

/** A check that a test run made. */
export interface RecordedQuestion {
  readonly actor: unknown
  readonly action: string
  readonly resource: unknown
}

/** A list that a test run made: the filter of a model. */
export interface RecordedList {
  readonly actor: unknown
  readonly action: string
  readonly model: string
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
  readonly #authorizer: Authorizer
  readonly #questions: RecordedQuestion[] = []
  readonly #lists: RecordedList[] = []
  readonly #known = new Map<unknown, Map<unknown, Set<string>>>()
  readonly #stop: () => void

  /** @param authorizer - The authorizer of the application under test, with a loaded policy. */
  constructor(authorizer: Authorizer) {
    this.#authorizer = authorizer
    this.#stop = authorizer.observe((kind, actor, action, resource) => {
      if (kind === 'check') this.#add(actor, action as string, resource)
      else if (kind === 'actions') for (const each of this.#actions(resource)) this.#add(actor, each, resource)
      else if (kind === 'filter' && this.#isNew(actor, action as string, resource))
        this.#lists.push({ actor, action: action as string, model: resource as string })
    })
  }

  /** The checks, each once. */
  get questions(): readonly RecordedQuestion[] {
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

  #add(actor: unknown, action: string, resource: unknown): void {
    if (this.#isNew(actor, action, resource)) this.#questions.push({ actor, action, resource })
  }

  #isNew(actor: unknown, action: string, resource: unknown): boolean {
    const ofActor = this.#known.get(actor) ?? new Map<unknown, Set<string>>()
    this.#known.set(actor, ofActor)
    const actions = ofActor.get(resource) ?? new Set<string>()
    ofActor.set(resource, actions)
    if (actions.has(action)) return false
    actions.add(action)
    return true
  }

  #actions(resource: unknown): readonly string[] {
    const { policy, schema } = this.#authorizer
    const model = this.#authorizer.modelOf(resource)
    return policy && model !== undefined ? actionsFor(policy, schema.ancestors(model)) : []
  }
}
