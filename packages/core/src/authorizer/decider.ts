import { ArgumentError, QueryError } from '../errors.js'
import { Deadline, holds, holdsSync, type Limits } from '../machine/index.js'
import type { WaitingPredicate } from '../predicate/compiler.js'
import type { Schema } from '../schema/schema.js'
import type { ActivePolicy } from './activePolicy.js'
import { allInOrder } from './allInOrder.js'
import type { Hosts } from './hosts.js'
import type { LoadedPolicy } from './loading.js'
import { Question } from './question.js'
import type { RelationLoaders } from './relations.js'

/** Answers checks: by predicates, and by the machine what those can't. */
export class Decider {
  readonly #inForce: ActivePolicy
  readonly #schema: Schema
  readonly #hosts: Hosts
  readonly #relations: RelationLoaders
  readonly #limits: Limits

  constructor(inForce: ActivePolicy, schema: Schema, hosts: Hosts, relations: RelationLoaders, limits: Limits) {
    this.#inForce = inForce
    this.#schema = schema
    this.#hosts = hosts
    this.#relations = relations
    this.#limits = limits
  }

  /** The policy that answers what is asked now. @throws ArgumentError where there is none. */
  get policy(): LoadedPolicy {
    return this.#inForce.current()
  }

  question(policy: LoadedPolicy = this.policy): Question {
    return new Question(
      policy,
      this.#schema,
      this.#hosts,
      this.#relations.active ? this.#relations.forQuestion() : undefined,
    )
  }

  /** @throws ArgumentError and QueryError, as `Authorizer.can`. */
  decide(actor: unknown, action: string, resource: unknown): boolean {
    const { policy } = this
    return policy.checks.decide(actor, action, resource) ?? this.#proven(policy, actor, action, resource)
  }

  /** As `decide`, for many resources. */
  decideMany(actor: unknown, action: string, rows: readonly unknown[]): boolean[] {
    const { policy } = this
    const { answers, open } = policy.checks.decideMany(actor, action, rows)
    for (const at of open) answers[at] = this.#proven(policy, actor, action, rows[at])
    // what was open has been asked for
    return answers as boolean[]
  }

  /** As `decide`, waiting where that is needed; at once where it is not. */
  settle(actor: unknown, action: string, resource: unknown, policy: LoadedPolicy): boolean | Promise<boolean> {
    const known = policy.checks.decide(actor, action, resource)
    return known ?? this.settleOpen(actor, action, resource, this.question(policy))
  }

  /** As `settle`, of what is not known at once. */
  settleOpen(actor: unknown, action: string, resource: unknown, question: Question): boolean | Promise<boolean> {
    const args = [actor, action, resource] as const
    const predicate = question.policy.checks.waiting(...args)
    return predicate ? this.#wait(predicate, args, question) : this.holds('allow', args, question)
  }

  /** As `settle`, for many resources: what the first of them loads, the others know. */
  settleMany(actor: unknown, action: string, rows: readonly unknown[]): boolean[] | Promise<boolean[]> {
    const { policy } = this
    const { answers, open } = policy.checks.decideMany(actor, action, rows)
    // nothing is open
    if (open.length === 0) return answers as boolean[]
    const question = this.question(policy)
    // An error of one is that of all, also where it is met at once.
    const ask = async (row: unknown): Promise<boolean> => this.settleOpen(actor, action, row, question)
    return allInOrder(answers.map((answer, at) => answer ?? ask(rows[at])))
  }

  /** As `settle`, of an action that the policy need not know at all: then nobody may. */
  settleKnown(actor: unknown, action: string, resource: unknown, question: Question): boolean | Promise<boolean> {
    const unknownAction = (error: unknown): boolean => {
      if (error instanceof ArgumentError && error.code === 'unknown-action') return false
      throw error
    }
    try {
      const known =
        question.policy.checks.decide(actor, action, resource) ?? this.settleOpen(actor, action, resource, question)
      return typeof known === 'boolean' ? known : known.catch(unknownAction)
    } catch (error) {
      return unknownAction(error)
    }
  }

  /** Whether a rule holds, as the machine says. */
  holds(rule: string, args: readonly unknown[], question: Question = this.question()): boolean | Promise<boolean> {
    return holds(question.policy.program, rule, args, this.#limits, question.host)
  }

  /** Whether the check of a row is true under a policy: false where it is an error, but for what is not there yet. */
  isTrue(policy: LoadedPolicy, actor: unknown, action: string, row: unknown): boolean {
    try {
      return this.#proven(policy, actor, action, row)
    } catch (error) {
      if (error instanceof QueryError && error.code !== 'relation-not-loaded' && error.code !== 'async-value')
        return false
      throw error
    }
  }

  /** The actions that are allowed, as predicates tell; undefined where the machine has to be asked. */
  actions(actor: unknown, resource: unknown): Set<string> | undefined {
    return this.policy.checks.actions(actor, resource)
  }

  #proven(policy: LoadedPolicy, actor: unknown, action: string, resource: unknown): boolean {
    return holdsSync(policy.program, 'allow', [actor, action, resource], this.#limits)
  }

  async #wait(
    predicate: WaitingPredicate,
    args: readonly [actor: unknown, action: string, resource: unknown],
    question: Question,
  ): Promise<boolean> {
    const { program } = question.policy
    const deadline = new Deadline(this.#limits.asyncTime)
    try {
      return await deadline.meet(predicate(...args, question.arrive))
    } catch {
      // A bail-out, an error, or the end of the time: the machine asks again, and says what is wrong and where.
      return await holds(program, 'allow', args, this.#limits, question.host, deadline)
    } finally {
      deadline.clear()
    }
  }
}
