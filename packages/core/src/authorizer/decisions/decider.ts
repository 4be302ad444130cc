import { ArgumentError, QueryError } from '../../errors.js'
import { Deadline, holds, holdsSync, type Limits } from '../../machine/index.js'
import type { WaitingPredicate } from '../../predicate/compiler.js'
import type { Schema } from '../../schema/schema.js'
import type { Missing } from '../../schema/wanted.js'
import { endsEvaluation } from '../../values/semantics.js'
import type { PlanCache } from '../plans/planCache.js'
import type { ActivePolicy } from '../policies/activePolicy.js'
import type { LoadedPolicy } from '../policies/loadedPolicy.js'
import type { Hosts } from '../relations/hosts.js'
import { QuestionRelations } from '../relations/questionRelations.js'
import type { RelationLoaders } from '../relations/relations.js'
import { allInOrder } from './allInOrder.js'
import { NestedChecks } from './nested.js'
import { Question } from './question.js'

/** Decides checks: by predicates, and by the machine if they have no result. */
export class Decider {
  readonly #active: ActivePolicy
  readonly #schema: Schema
  readonly #hosts: Hosts
  readonly #relations: RelationLoaders
  readonly #limits: Limits
  readonly #nested = new NestedChecks()
  /**
   * The active policy and its plans, for this version of the schema. Every check needs them, and each
   * reference on the way to them costs about a nanosecond.
   */
  #version: number | undefined
  #current: LoadedPolicy | undefined
  #plans: PlanCache | undefined

  constructor(active: ActivePolicy, schema: Schema, hosts: Hosts, relations: RelationLoaders, limits: Limits) {
    this.#active = active
    this.#schema = schema
    this.#hosts = hosts
    this.#relations = relations
    this.#limits = limits
    active.onChange(() => {
      this.#version = undefined
      this.#current = undefined
      this.#plans = undefined
    })
  }

  /** The active policy. @throws ArgumentError if no policy is loaded. */
  get policy(): LoadedPolicy {
    return this.#active.current()
  }

  /** Begins a question that can wait. */
  question(policy: LoadedPolicy = this.policy): Question {
    const relations = this.#relations.active
      ? new QuestionRelations(this.#schema, this.#relations.forQuestion())
      : undefined
    return new Question(policy, this.#hosts, relations)
  }

  /** @throws ArgumentError and QueryError, as `Authorizer.can`. */
  decide(actor: unknown, action: string, resource: unknown): boolean {
    if (this.#version !== this.#schema.version) this.#keep(this.policy)
    // Sound: they are kept. The machine needs the policy with which the check began.
    const policy = this.#current!
    if (this.#nested.known !== undefined) this.#nested.assertNew(actor, action, resource)
    const known = this.#plans!.decide(actor, action, resource)
    return known ?? this.#proven(policy, actor, action, resource, policy.plans.met)
  }

  #keep(policy: LoadedPolicy): void {
    this.#current = policy
    this.#plans = policy.plans
    this.#version = this.#schema.version
  }

  /** Decides for many resources; otherwise as `decide`. */
  decideMany(actor: unknown, action: string, rows: readonly unknown[]): boolean[] {
    const { policy } = this
    const { answers, open } = policy.plans.decideMany(actor, action, rows)
    for (const at of open) answers[at] = this.#proven(policy, actor, action, rows[at])
    // Sound: every open place was filled above.
    return answers as boolean[]
  }

  /** Decides as `decide` does, and returns a promise only if it has to wait. */
  settle(actor: unknown, action: string, resource: unknown, policy: LoadedPolicy): boolean | Promise<boolean> {
    const known = policy.plans.decide(actor, action, resource)
    return known ?? this.settleOpen(actor, action, resource, this.question(policy))
  }

  /** Decides a check that has no synchronous result; otherwise as `settle`. */
  settleOpen(actor: unknown, action: string, resource: unknown, question: Question): boolean | Promise<boolean> {
    const args = [actor, action, resource] as const
    const predicate = question.policy.plans.waiting(...args)
    return predicate ? this.#wait(predicate, args, question) : this.holds('allow', args, question)
  }

  /**
   * Decides for many resources; otherwise as `settle`. The resources share the relations that are
   * loaded.
   */
  settleMany(actor: unknown, action: string, rows: readonly unknown[]): boolean[] | Promise<boolean[]> {
    const { policy } = this
    const { answers, open } = policy.plans.decideMany(actor, action, rows)
    // Sound: no place is open.
    if (open.length === 0) return answers as boolean[]
    const question = this.question(policy)
    // The function is async, so that a synchronous error becomes a rejection too. The error of one
    // row rejects all.
    const ask = async (row: unknown): Promise<boolean> => this.settleOpen(actor, action, row, question)
    return allInOrder(answers.map((answer, at) => answer ?? ask(rows[at])))
  }

  /** Decides as `settle` does, and returns false for an action that the policy does not name. */
  settleKnown(actor: unknown, action: string, resource: unknown, question: Question): boolean | Promise<boolean> {
    const unknownAction = (error: unknown): boolean => {
      if (error instanceof ArgumentError && error.code === 'unknown-action') return false
      throw error
    }
    try {
      const known =
        question.policy.plans.decide(actor, action, resource) ?? this.settleOpen(actor, action, resource, question)
      return typeof known === 'boolean' ? known : known.catch(unknownAction)
    } catch (error) {
      return unknownAction(error)
    }
  }

  /** Returns whether a rule holds, by the machine. */
  holds(rule: string, args: readonly unknown[], question: Question = this.question()): boolean | Promise<boolean> {
    return holds(question.policy.program, rule, args, this.#limits, question.host)
  }

  /**
   * Returns whether a rule holds, by the machine, synchronously.
   * @param loaded - The values that were loaded in place of missing ones.
   */
  holdsSync(
    rule: string,
    args: readonly unknown[],
    { program }: LoadedPolicy = this.policy,
    loaded?: Missing,
  ): boolean {
    return holdsSync(program, rule, args, this.#limits, loaded && this.#hosts.arriving(loaded))
  }

  /**
   * Returns whether the check of a row is true under a policy. An error counts as false.
   * @param loaded - The values that were loaded in place of missing ones.
   * @throws the error of a relation that is not loaded, and an error that ends the evaluation, such as a limit.
   */
  isTrue(policy: LoadedPolicy, actor: unknown, action: string, row: unknown, loaded?: Missing): boolean {
    try {
      return this.#proven(policy, actor, action, row, undefined, loaded)
    } catch (error) {
      if (!(error instanceof QueryError) || error.code === 'relation-not-loaded' || endsEvaluation(error.code))
        throw error
      return false
    }
  }

  /** Returns the allowed actions by predicates alone, or undefined if the machine has to decide. */
  actions(actor: unknown, resource: unknown): Set<string> | undefined {
    return this.policy.plans.actions(actor, resource)
  }

  /** @param met - What the predicate of this check has thrown, if anything. */
  #proven(
    policy: LoadedPolicy,
    actor: unknown,
    action: string,
    resource: unknown,
    met?: unknown,
    loaded?: Missing,
  ): boolean {
    const prove = () => this.holdsSync('allow', [actor, action, resource], policy, loaded)
    return this.#nested.evaluate(actor, action, resource, met, prove)
  }

  async #wait(
    predicate: WaitingPredicate,
    args: readonly [actor: unknown, action: string, resource: unknown],
    question: Question,
  ): Promise<boolean> {
    const { program } = question.policy
    const deadline = new Deadline(this.#limits.asyncTime)
    try {
      const known = await deadline.meet(predicate(...args, question.arrive)).catch(() => undefined)
      // Undecided, an error or a timeout: the machine evaluates again, and its error names the
      // cause and the place.
      return known ?? (await holds(program, 'allow', args, this.#limits, question.host, deadline))
    } finally {
      deadline.clear()
    }
  }
}
