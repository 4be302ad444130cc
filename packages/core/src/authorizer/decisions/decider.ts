import { stackExhausted } from '../../condition/stack.js'
import { ArgumentError, QueryError } from '../../errors.js'
import type { Span } from '../../language/source.js'
import { Evaluation, holds, holdsSync, type Limits, outerEvaluation, running } from '../../machine/index.js'
import type { Enter, Entering, Entrance, Resumed } from '../../predicate/predicate.js'
import type { Arrived } from '../../schema/arrived.js'
import type { ContextValues } from '../../schema/context.js'
import type { Schema } from '../../schema/schema.js'
import type { Missing } from '../../schema/wanted.js'
import { keepingErrors, metErrors } from '../../values/metErrors.js'
import { endsEvaluation } from '../../values/semantics.js'
import { isStackOverflow } from '../../values/stackOverflow.js'
import type { Answers } from '../plans/predicateDecider.js'
import type { ActivePolicy } from '../policies/activePolicy.js'
import type { LoadedPolicy } from '../policies/loadedPolicy.js'
import type { Hosts } from '../relations/hosts.js'
import { QuestionRelations } from '../relations/questionRelations.js'
import type { RelationLoaders } from '../relations/relations.js'
import { allInOrder } from './allInOrder.js'
import type { OutlivedErrors } from './outlivedErrors.js'
import { Question } from './question.js'

/**
 * What runs, as a constant of this module: to read an import can be a call, for which there may be no stack left where a check
 * ends for want of it.
 */
const state = running

/** Decides checks: by predicates, and by the machine if they have no result. */
export class Decider implements Entering {
  readonly shared: Evaluation
  /** Decides checks of the active policy whose plans were known when it was made. */
  enter: Enter | undefined
  /**
   * The active policy and what decides its checks, since this change. Every check needs them, and each reference on the
   * way to them costs about a nanosecond.
   */
  #change: number | undefined
  #current: LoadedPolicy | undefined

  constructor(
    private readonly active: ActivePolicy,
    private readonly schema: Schema,
    private readonly hosts: Hosts,
    private readonly relations: RelationLoaders,
    private readonly limits: Limits,
    private readonly outlived: OutlivedErrors,
    private readonly watching: Entrance['watching'],
    /** The context of its questions; undefined if they have none of their own. */
    readonly context?: ContextValues | undefined,
  ) {
    this.shared = new Evaluation(1, undefined, context, true)
  }

  /** Returns a decider whose questions have a context. */
  with(context: ContextValues): Decider {
    return new Decider(
      this.active,
      this.schema,
      this.hosts,
      this.relations,
      this.limits,
      this.outlived,
      this.watching,
      context,
    )
  }

  /** Runs a part of a question in its context. */
  run<Value>(part: () => Value): Value {
    return this.context === undefined ? part() : this.#evaluation().run(part)
  }

  /** Returns the evaluation for a part of a question: the running one, unless it has another context. */
  #evaluation(size = 1): Evaluation {
    const current = outerEvaluation()
    if (current === undefined) return size === 1 ? this.shared : new Evaluation(size, undefined, this.context)
    if (this.context === undefined || current.context === this.context) return current
    return new Evaluation(size, current, this.context)
  }

  /** The active policy. @throws ArgumentError if no policy is loaded. */
  get policy(): LoadedPolicy {
    return this.active.current()
  }

  /**
   * Begins a question that can wait.
   * @param evaluation - The evaluation that it belongs to. Default: the running one, or one of its own.
   * @param arrived - Records the values that it waits for. Default: nothing does.
   */
  question(policy: LoadedPolicy = this.policy, evaluation?: Evaluation, arrived?: Arrived): Question {
    const relations = this.relations.active
      ? new QuestionRelations(this.schema, this.relations.forQuestion(), arrived)
      : undefined
    return new Question(policy, this.hosts, relations, evaluation ?? this.run(outerEvaluation), arrived)
  }

  /** Decides as `decide`, for a question that is a part of another one: errors that do not count are not told. */
  quietly(actor: unknown, action: string, resource: unknown): boolean {
    this.outlived.isQuiet = true
    try {
      return this.decide(actor, action, resource)
    } finally {
      this.outlived.isQuiet = false
    }
  }

  /** @throws ArgumentError and QueryError, as `Authorizer.can`. */
  decide(actor: unknown, action: string, resource: unknown): boolean {
    // What is rare is in functions of their own: V8 inlines the rest and the predicate as long as they are small.
    if (metErrors.any || state.current !== undefined || this.#change !== this.schema.change)
      return this.#decideRarely(actor, action, resource)
    // Sound: it is kept. The machine needs the policy with which the check began.
    const policy = this.#current!
    state.current = this.shared
    try {
      let known: Resumed
      try {
        known = policy.checks.decideAtOnce(actor, action, resource)
      } catch (error) {
        return this.resume(policy, { error }, actor, action, resource)
      }
      if (known === undefined || metErrors.any) return this.resume(policy, known, actor, action, resource)
      return known
    } finally {
      // Where the stack ends, also the call of `resume` throws. A check that never ended would keep answers for later ones.
      state.current = undefined
    }
  }

  /** Decides a check within another one, or the first one of a policy. */
  #decideRarely(actor: unknown, action: string, resource: unknown): boolean {
    // A getter of the application asks, within another check that met errors.
    if (metErrors.any) return keepingErrors(() => this.decide(actor, action, resource))
    const { policy } = this
    this.#current = policy
    this.#change = this.schema.change
    this.enter = policy.checks.enter(policy, this.#change, this.watching)
    if (state.current === undefined) return this.decide(actor, action, resource)
    const decide = () => this.#end(policy.checks.decide(actor, action, resource), policy, actor, action, resource)
    return this.#within('can', policy, actor, action, resource, decide)
  }

  /** Goes on with a check that was not decided at once, or that met errors. It is running. */
  resume(policy: LoadedPolicy, known: Resumed, actor: unknown, action: string, resource: unknown): boolean {
    try {
      return this.#end(policy.checks.resume(known, actor, action, resource), policy, actor, action, resource)
    } finally {
      state.current = undefined
      // Sound: a policy is kept with its change.
      if (policy === this.#current) this.enter = policy.checks.enter(policy, this.#change!, this.watching)
    }
  }

  /** Ends a check that the machine has to decide, or that met errors. */
  #end(known: boolean | undefined, policy: LoadedPolicy, actor: unknown, action: string, resource: unknown): boolean {
    if (known === undefined) return this.#proven(policy, actor, action, resource)
    if (metErrors.any) this.outlived.end(policy, actor, action, resource, known)
    return known
  }

  /** Returns the result of a check that code of the application asks for within another one. */
  #within<Result>(
    method: string,
    policy: LoadedPolicy,
    actor: unknown,
    action: string,
    resource: unknown,
    evaluate: () => Result,
  ): Result {
    const asked = { by: policy, method, action, actor, resource, context: this.context }
    // Sound: a check is running.
    return outerEvaluation()!.once(asked, this.limits, evaluate)
  }

  /** Decides for many resources; otherwise as `decide`. */
  decideMany(actor: unknown, action: string, rows: readonly unknown[]): boolean[] {
    const { policy } = this
    if (state.current !== undefined) return rows.map((row) => this.decide(actor, action, row))
    return this.#evaluation(rows.length).run(() => {
      const { answers, open } = this.#many(policy, actor, action, rows)
      for (const at of open) answers[at] = this.#proven(policy, actor, action, rows[at])
      // Sound: every open place was filled above.
      return answers as boolean[]
    })
  }

  /** Decides by predicates. */
  #many(policy: LoadedPolicy, actor: unknown, action: string, rows: readonly unknown[]): Answers {
    if (metErrors.any) return keepingErrors(() => this.#many(policy, actor, action, rows))
    return policy.checks.decideMany(actor, action, rows, (at, allowed) =>
      this.outlived.end(policy, actor, action, rows[at], allowed),
    )
  }

  /**
   * Decides as `decide` does, and returns a promise only if it has to wait.
   * @param question - Returns the question that the check is a part of, if it has to wait.
   */
  settle(
    actor: unknown,
    action: string,
    resource: unknown,
    policy: LoadedPolicy,
    question?: () => Question,
  ): boolean | Promise<boolean> {
    // As in `decide`.
    if (metErrors.any) return keepingErrors(() => this.settle(actor, action, resource, policy, question))
    if (state.current !== undefined) {
      const settle = () => this.#settle(actor, action, resource, policy, question)
      return this.#within('isAllowed', policy, actor, action, resource, settle)
    }
    state.current = this.shared
    try {
      return this.#settle(actor, action, resource, policy, question)
    } finally {
      state.current = undefined
    }
  }

  #settle(
    actor: unknown,
    action: string,
    resource: unknown,
    policy: LoadedPolicy,
    question: (() => Question) | undefined,
  ): boolean | Promise<boolean> {
    const known = policy.checks.decide(actor, action, resource)
    if (known === undefined) return this.#open(actor, action, resource, question?.() ?? this.question(policy))
    if (metErrors.any) this.outlived.end(policy, actor, action, resource, known)
    return known
  }

  /** Decides a check that has no synchronous result. */
  #open(actor: unknown, action: string, resource: unknown, question: Question): boolean | Promise<boolean> {
    const { policy, host, evaluation } = question
    const outlived = (places: readonly Span[]): void => this.outlived.add(policy, actor, action, resource, places)
    return evaluation.run(() =>
      holds(policy.program, 'allow', [actor, action, resource], this.limits, { host, outlived }),
    )
  }

  /**
   * Decides for many resources; otherwise as `settle`. The resources share the relations that are
   * loaded.
   */
  settleMany(
    actor: unknown,
    action: string,
    rows: readonly unknown[],
    arrived?: Arrived,
  ): boolean[] | Promise<boolean[]> {
    const { policy } = this
    if (state.current !== undefined)
      return allInOrder(
        rows.map(async (row) =>
          this.settle(actor, action, row, policy, () => this.question(policy, undefined, arrived)),
        ),
      )
    const evaluation = this.#evaluation(rows.length)
    const { answers, open } = evaluation.run(() => this.#many(policy, actor, action, rows))
    // Sound: no place is open.
    if (open.length === 0) return answers as boolean[]
    const question = this.question(policy, evaluation, arrived)
    // The function is async, so that a synchronous error becomes a rejection too. The error of one
    // row rejects all.
    const ask = async (row: unknown): Promise<boolean> => this.#open(actor, action, row, question)
    return allInOrder(answers.map((answer, at) => answer ?? ask(rows[at])))
  }

  /** Decides as `settle` does, and returns false for an action that the policy does not name. */
  settleKnown(actor: unknown, action: string, resource: unknown, question: Question): boolean | Promise<boolean> {
    const unknownAction = (error: unknown): boolean => {
      if (error instanceof ArgumentError && error.code === 'unknown-action') return false
      throw error
    }
    try {
      const known = this.settle(actor, action, resource, question.policy, () => question)
      return typeof known === 'boolean' ? known : known.catch(unknownAction)
    } catch (error) {
      return unknownAction(error)
    }
  }

  /** Returns whether a rule holds, by the machine. */
  holds(rule: string, args: readonly unknown[], question: Question = this.question()): boolean | Promise<boolean> {
    return this.run(() => holds(question.policy.program, rule, args, this.limits, { host: question.host }))
  }

  /** Returns whether a rule holds, by the machine, synchronously. */
  holdsSync(rule: string, args: readonly unknown[]): boolean {
    return this.run(() => holdsSync(this.policy.program, rule, args, this.limits))
  }

  /**
   * Returns whether the check of a row is true under a policy. An error counts as false.
   * @param loaded - The values that were loaded in place of missing ones.
   * @throws the error of a relation that is not loaded, and an error that ends the evaluation, such as a limit.
   */
  isTrue(policy: LoadedPolicy, actor: unknown, action: string, row: unknown, loaded?: Missing): boolean {
    try {
      return this.#evaluation().run(() => this.#proven(policy, actor, action, row, loaded))
    } catch (error) {
      if (!(error instanceof QueryError) || error.code === 'relation-not-loaded' || endsEvaluation(error.code))
        throw error
      return false
    }
  }

  /** Returns the allowed actions for each resource by predicates alone; undefined where the machine has to decide. */
  actions(actor: unknown, resources: readonly unknown[]): (Set<string> | undefined)[] {
    if (metErrors.any) return keepingErrors(() => this.actions(actor, resources))
    return this.#evaluation(resources.length).run(() => {
      const { policy } = this
      return resources.map((resource) => {
        const actions = policy.checks.actions(actor, resource)
        if (metErrors.any) this.outlived.end(policy, actor, undefined, resource, actions !== undefined)
        return actions
      })
    })
  }

  #proven(policy: LoadedPolicy, actor: unknown, action: string, resource: unknown, loaded?: Missing): boolean {
    const host = loaded && this.hosts.arriving(loaded)
    const outlived = (places: readonly Span[]): void => this.outlived.add(policy, actor, action, resource, places)
    try {
      return holdsSync(policy.program, 'allow', [actor, action, resource], this.limits, { host, outlived })
    } catch (error) {
      throw isStackOverflow(error) ? stackExhausted(error) : error
    }
  }
}
