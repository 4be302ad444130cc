import { stackExhausted } from '../../condition/stack.js'
import { QueryError } from '../../errors.js'
import type { Span } from '../../language/source.js'
import { Evaluation, outerEvaluation, running } from '../../machine/state/evaluation.js'
import type { Enter, Entering, Resumed } from '../../predicate/predicate.js'
import type { Arrived } from '../../schema/arrived.js'
import type { ContextValues } from '../../schema/context.js'
import type { Schema } from '../../schema/schema.js'
import type { Missing } from '../../schema/wanted.js'
import { keepingErrors, metErrors } from '../../values/metErrors.js'
import { endsEvaluation } from '../../values/semantics.js'
import { isStackOverflow } from '../../values/stackOverflow.js'
import type { Answers } from '../plans/predicateDecider.js'
import type { ActivePolicy } from '../policies/activePolicy.js'
import type { LoadedPolicy, PolicySettings } from '../policies/loadedPolicy.js'
import { QuestionRelations } from '../relations/questionRelations.js'
import type { RelationLoaders } from '../relations/relations.js'
import type { DecisionListeners } from './decision.js'
import { allInOrder, type Eventual } from './eventual.js'
import type { OutlivedErrors } from './outlivedErrors.js'
import { Question } from './question.js'

/**
 * What runs, as a constant of this module: to read an import can be a call, for which there may be no stack left where a check
 * ends for want of it.
 */
const state = running

/** The parts of an authorizer that decide checks. */
interface Deciding extends PolicySettings {
  readonly active: ActivePolicy
  readonly relations: RelationLoaders
  readonly listeners: DecisionListeners
  readonly outlived: OutlivedErrors
}

/** Decides checks: by predicates, and by the machine if they have no result. */
export class Decider implements Entering {
  readonly shared: Evaluation
  /** Decides checks of the active policy whose plans were known when it was made. */
  enter: Enter | undefined
  /**
   * The active policy and what decides its checks, since this change; undefined while requests keep an older one. Every check
   * needs them, and each reference on the way to them costs about a nanosecond.
   */
  #change: number | undefined
  #current: LoadedPolicy | undefined

  readonly #schema: Schema

  /** @param context - The context of its questions; undefined if they have none of their own. */
  constructor(
    private readonly engine: Deciding,
    readonly context?: ContextValues | undefined,
  ) {
    this.#schema = engine.schema
    this.shared = new Evaluation(1, undefined, context, true)
  }

  /** Returns a decider whose questions have a context. */
  with(context: ContextValues): Decider {
    return new Decider(this.engine, context)
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
    return this.engine.active.current()
  }

  /**
   * Begins a question that can wait.
   * @param evaluation - The evaluation that it belongs to. Default: the running one, or one of its own.
   * @param arrived - Records the values that it waits for. Default: nothing does.
   */
  question(policy: LoadedPolicy = this.policy, evaluation?: Evaluation, arrived?: Arrived): Question {
    const { hosts, relations: loaders } = this.engine
    const relations = loaders.active ? new QuestionRelations(this.#schema, loaders.forQuestion(), arrived) : undefined
    return new Question(policy, hosts, relations, evaluation ?? this.run(outerEvaluation), arrived)
  }

  /** Decides as `decide`, for a question that is a part of another one: errors that do not count are not told. */
  quietly(actor: unknown, action: string, resource: unknown): boolean {
    this.engine.outlived.isQuiet = true
    try {
      return this.decide(actor, action, resource)
    } finally {
      this.engine.outlived.isQuiet = false
    }
  }

  /** @throws ArgumentError and QueryError, as `Authorizer.can`. */
  decide(actor: unknown, action: string, resource: unknown): boolean {
    // Sound: it is kept. The machine needs the policy with which the check began.
    const policy = this.#change === this.#schema.change ? this.#current! : this.#currentAnew()
    // Sound: it does not wait.
    const allowed = this.#ask(policy, actor, action, resource, false) as boolean
    if (policy === this.#current) this.#findEnter(policy)
    return allowed
  }

  #currentAnew(): LoadedPolicy {
    const { policy } = this
    this.#current = policy
    this.#change = this.engine.active.isOne ? this.#schema.change : undefined
    this.#findEnter(policy)
    return policy
  }

  #findEnter(policy: LoadedPolicy): void {
    const change = this.#change
    this.enter = change === undefined ? change : policy.checks.enter(policy, change, this.engine.listeners.watching)
  }

  /** Goes on with a check that was not decided at once, or that met errors. It is running. */
  resume(policy: LoadedPolicy, known: Resumed, actor: unknown, action: string, resource: unknown): boolean {
    const decided = policy.checks.resume(known, actor, action, resource)
    // Sound: it does not wait.
    const allowed = this.#end(decided, policy, actor, action, resource, false) as boolean
    if (policy === this.#current) this.#findEnter(policy)
    return allowed
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
  ): Eventual<boolean> {
    return this.#ask(policy, actor, action, resource, true, question)
  }

  /** Returns whether an actor may read a resource. No rule has to name the action. */
  mayRead(actor: unknown, resource: unknown, question: Question): Eventual<boolean> {
    const { policy } = question
    const { readAction } = this.engine
    return policy.actions.isNamed(readAction) && this.settle(actor, readAction, resource, policy, () => question)
  }

  #ask(
    policy: LoadedPolicy,
    actor: unknown,
    action: string,
    resource: unknown,
    waits: boolean,
    question?: () => Question,
  ): Eventual<boolean> {
    // What is rare is in functions of their own: V8 inlines the rest and the predicate as long as they are small.
    if (metErrors.any || state.current !== undefined)
      return this.#askWithin(policy, actor, action, resource, waits, question)
    state.current = this.shared
    try {
      const known = policy.checks.decide(actor, action, resource)
      return known === undefined || metErrors.any
        ? this.#end(known, policy, actor, action, resource, waits, question)
        : known
    } finally {
      // Where the stack ends, any call throws. A check that never ended would keep answers for later ones.
      state.current = undefined
    }
  }

  /** Decides a check within another one: code of the application asks. */
  #askWithin(
    policy: LoadedPolicy,
    actor: unknown,
    action: string,
    resource: unknown,
    waits: boolean,
    question: (() => Question) | undefined,
  ): Eventual<boolean> {
    if (metErrors.any) return keepingErrors(() => this.#ask(policy, actor, action, resource, waits, question))
    const method = waits ? 'isAllowed' : 'can'
    const asked = { by: policy, method, action, actor, resource, context: this.context }
    // Sound: a check is running.
    return outerEvaluation()!.once(asked, this.engine.limits, () =>
      this.#end(policy.checks.decide(actor, action, resource), policy, actor, action, resource, waits, question),
    )
  }

  /** Ends a check that the machine has to decide, or that met errors. */
  #end(
    known: boolean | undefined,
    policy: LoadedPolicy,
    actor: unknown,
    action: string,
    resource: unknown,
    waits: boolean,
    question?: () => Question,
  ): Eventual<boolean> {
    if (known === undefined)
      return waits
        ? this.#open(actor, action, resource, question?.() ?? this.question(policy))
        : this.#proven(policy, actor, action, resource)
    if (metErrors.any) this.engine.outlived.end(policy, actor, action, resource, known)
    return known
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
      this.engine.outlived.end(policy, actor, action, rows[at], allowed),
    )
  }

  /** Decides a check that has no synchronous result. */
  #open(actor: unknown, action: string, resource: unknown, question: Question): Eventual<boolean> {
    const { policy, host, evaluation } = question
    const outlived = (places: readonly Span[]): void =>
      this.engine.outlived.add(policy, actor, action, resource, places)
    return evaluation.run(() =>
      policy.program.holds('allow', [actor, action, resource], this.engine.limits, { host, outlived }),
    )
  }

  /**
   * Decides for many resources; otherwise as `settle`. The resources share the relations that are
   * loaded.
   */
  settleMany(actor: unknown, action: string, rows: readonly unknown[], arrived?: Arrived): Eventual<boolean[]> {
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

  /** Returns whether a rule holds, by the machine. */
  holds(rule: string, args: readonly unknown[], question: Question = this.question()): Eventual<boolean> {
    return this.run(() => question.policy.program.holds(rule, args, this.engine.limits, { host: question.host }))
  }

  /** Returns whether a rule holds, by the machine, synchronously. */
  holdsSync(rule: string, args: readonly unknown[]): boolean {
    return this.run(() => this.policy.program.holdsSync(rule, args, this.engine.limits))
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
        if (metErrors.any) this.engine.outlived.end(policy, actor, undefined, resource, actions !== undefined)
        return actions
      })
    })
  }

  #proven(policy: LoadedPolicy, actor: unknown, action: string, resource: unknown, loaded?: Missing): boolean {
    const host = loaded && this.engine.hosts.arriving(loaded)
    const outlived = (places: readonly Span[]): void =>
      this.engine.outlived.add(policy, actor, action, resource, places)
    try {
      return policy.program.holdsSync('allow', [actor, action, resource], this.engine.limits, { host, outlived })
    } catch (error) {
      throw isStackOverflow(error) ? stackExhausted(error) : error
    }
  }
}
