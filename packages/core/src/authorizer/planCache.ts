import type { Condition } from '../condition/condition.js'
import { Deriver } from '../condition/derive/derive.js'
import { descending, isStackOverflow } from '../condition/stack.js'
import { ArgumentError, QueryError } from '../errors.js'
import { didYouMean } from '../language/didYouMean.js'
import type { Policy } from '../policy/policy.js'
import type { BackEnd, DecideMany, Predicate, WaitingPredicate } from '../predicate/compiler.js'
import type { Meaning } from '../predicate/meaning.js'
import { arePartial, mayBePartial } from '../schema/partial.js'
import { assertAction, assertActor, assertKnown, assertResource } from './arguments.js'
import { type ActionKind, isForMachine, type Kind, planCheck, planFilter } from './plans.js'
import { type ActionKey, entryOf, otherAction, type PlansOfPair, PlanTable } from './planTable.js'
import { namesOutright, stringLiteralsOf } from './words.js'

/** A question whose classes and action are known. */
interface CheckPlan {
  /** Undefined where the rules are nested too deeply for one. */
  readonly condition: Condition | undefined
  /** Undefined where only the machine can answer. */
  readonly predicate: Predicate | undefined
  /** Made when it is first needed; null where there is none. */
  waiting: WaitingPredicate | null | undefined
}

const granted: CheckPlan = { condition: undefined, predicate: () => true, waiting: undefined }
const denied: CheckPlan = { condition: undefined, predicate: () => false, waiting: undefined }

/** How often a check was answered by what; a bail-out is a predicate that gave the question to one that waits, or to the machine. */
export interface Statistics {
  predicate: number
  machine: number
  bailOuts: number
}

/** Answers for many resources, in their order, and the places of those that the machine has to be asked about. */
export interface Answers {
  readonly answers: (boolean | undefined)[]
  readonly open: readonly number[]
}

/** The machine's answer to a check. @throws where it has none. */
export type Prove = (actor: unknown, action: string, resource: unknown) => boolean

/** So many checks of a kind are answered before a predicate is made for it, which takes as long as hundreds of them. */
const maxTrials = 3

/**
 * The plans of one policy, made when they are first needed; one for all actions that the policy does not name. All questions share
 * them: a plan depends on the policy, the classes and the action alone. Statistics and trials are counts that decide how a
 * question is answered, and never what.
 */
export class Checks {
  readonly statistics: Statistics = { predicate: 0, machine: 0, bailOuts: 0 }
  readonly #policy: Policy
  readonly #deriver: Deriver
  readonly meaning: Meaning
  readonly #backEnd: BackEnd | undefined
  readonly #prove: Prove | undefined
  #known: ReadonlySet<string> | undefined
  readonly #plans: PlanTable<CheckPlan>
  /** How often the machine was tried, by the kind of question. */
  readonly #trials = new Map<PlansOfPair<CheckPlan>, Map<string, number>>()
  /** Conditions of filters by the model of the actor, the action and the model of the rows. */
  readonly #filters = new Map<string | undefined, Map<ActionKey, Map<string, Condition>>>()

  /**
   * @param backEnd - Undefined where the machine is to answer everything.
   * @param prove - Answers the first few checks of a kind; undefined where predicates are to answer them too.
   */
  constructor(policy: Policy, meaning: Meaning, backEnd: BackEnd | undefined, prove?: Prove) {
    this.#policy = policy
    this.#deriver = new Deriver(policy, meaning.schema)
    this.#backEnd = backEnd
    this.#prove = prove
    this.meaning = meaning
    this.#plans = new PlanTable(meaning.schema)
  }

  /**
   * The answer, by the predicate but for the first few of a kind; undefined where the machine has to be asked.
   * @throws ArgumentError for what can't be asked: something undefined or unknown, or an action that nobody knows.
   */
  decide(actor: unknown, action: string, resource: unknown): boolean | undefined {
    // What was asked before is in order.
    const plan = this.#plans.of(actor, resource)?.get(action) ?? this.#planAnew(actor, action, resource)
    const predicate = plan?.predicate
    // Predicates read what is there; the machine asks whether that is all there is.
    if (!predicate || mayBePartial(actor) || mayBePartial(resource)) {
      this.statistics.machine++
      return undefined
    }
    try {
      const allowed = predicate(actor, action, resource)
      this.statistics.predicate++
      return allowed
    } catch (error) {
      // The machine would need as much time again.
      if (error instanceof QueryError && error.code === 'time-limit') throw error
      // A bail-out, or an error of the application: the machine asks again, and says what is wrong and where.
      this.statistics.bailOuts++
      return undefined
    }
  }

  /** The plan for a question of which there is none yet; for the first few of a kind it is the answer of the machine. */
  #planAnew(actor: unknown, action: string, resource: unknown): CheckPlan | undefined {
    const plans = this.#prove && this.#plans.of(actor, resource)
    if (!plans || mayBePartial(actor) || mayBePartial(resource) || !this.#knows(action))
      return this.#planOf(actor, action, resource)
    const trials = entryOf(this.#trials, plans, () => new Map<string, number>())
    const trial = (trials.get(action) ?? 0) + 1
    if (trial > maxTrials) return this.#planOf(actor, action, resource)
    trials.set(action, trial)
    try {
      const plan = this.#prove!(actor, action, resource) ? granted : denied
      // `decide` takes it for that of a predicate.
      this.statistics.predicate--
      this.statistics.machine++
      return plan
    } catch {
      // The predicate may have an answer; else the machine is asked again, and says what is wrong and where.
      return this.#planOf(actor, action, resource)
    }
  }

  /** What answers where `decide` could not, if the question can wait; undefined where the machine has to be asked. */
  waiting(actor: unknown, action: string, resource: unknown): WaitingPredicate | undefined {
    const { compileWaiting } = this.#backEnd ?? {}
    if (!compileWaiting || mayBePartial(actor) || mayBePartial(resource)) return undefined
    const plan = this.#planOf(actor, action, resource)
    if (!plan?.condition || !plan.predicate) return undefined
    plan.waiting ??= compileWaiting(plan.condition, this.meaning) ?? null
    return plan.waiting ?? undefined
  }

  /** As `decide`, for many resources: what is the same for neighbours of one class is found out once. */
  decideMany(actor: unknown, action: string, resources: readonly unknown[]): Answers {
    assertActor(actor)
    assertAction(action)
    const answers = new Array<boolean | undefined>(resources.length)
    const open: number[] = []
    for (let at = 0; at < resources.length; ) {
      const predicate = this.#predicateOfClass(actor, action, resources[at])
      const end = predicate ? (predicate.many ?? oneByOne(predicate))(actor, action, resources, at, answers) : at
      this.statistics.predicate += end - at
      at = end
      if (at === resources.length) break
      // What ended the run is of another class, or nothing for that predicate.
      answers[at] = this.decide(actor, action, resources[at])
      if (answers[at] === undefined) open.push(at)
      at++
    }
    return { answers, open }
  }

  /** What answers for every instance of the resource's class; undefined where each has to be looked at. */
  #predicateOfClass(actor: unknown, action: string, resource: unknown): Predicate | undefined {
    if (arePartial() || typeof resource !== 'object' || resource === null) return undefined
    if (!this.meaning.schema.modelOfClass(resource.constructor)) return undefined
    return this.#planOf(actor, action, resource)?.predicate
  }

  /**
   * The actions that are allowed, where predicates can tell: no rule may leave the action open. Undefined where the machine has
   * to be asked.
   */
  actions(actor: unknown, resource: unknown): Set<string> | undefined {
    const plans = this.#backEnd && this.#plans.of(actor, resource)
    if (!plans) return undefined
    let others = plans.get(otherAction)
    if (!others) {
      others = this.#plan(actor, 'other', resource)
      plans.set(otherAction, others)
    }
    if (others.condition?.kind !== 'false') return undefined
    const allowed = new Set<string>()
    for (const action of this.#words) {
      const plan = plans.get(action) ?? this.#other(plans, actor, action, resource)
      if (plan.condition?.kind === 'false') continue
      const decision = this.decide(actor, action, resource)
      if (decision === undefined) return undefined
      if (decision) allowed.add(action)
    }
    return allowed
  }

  /** The condition of a filter. @throws ArgumentError for an action that nobody knows. */
  filter(actor: unknown, action: string, model: string): Condition {
    const kind = this.#kindOf(actor)
    if (!kind) throw unknownKind(actor)
    const known = this.#knows(action)
    const ofActor = entryOf(this.#filters, kind === 'nil' ? undefined : kind.model, () => new Map())
    const conditions = entryOf(ofActor, known ? action : otherAction, () => new Map())
    let condition = conditions.get(model)
    if (!condition) {
      const asked: ActionKind = known ? { action } : 'other'
      condition = descending(() => planFilter(this.#policy, this.meaning.schema, kind, asked, model, this.#deriver))
      conditions.set(model, condition)
    }
    if (!known && condition.kind === 'false') throw this.#unknownAction(action)
    return condition
  }

  /** The plan for a question; undefined where only the machine answers. @throws ArgumentError for what can't be asked. */
  #planOf(actor: unknown, action: string, resource: unknown): CheckPlan | undefined {
    assertActor(actor)
    assertResource(resource)
    assertAction(action)
    const { schema } = this.meaning
    const plans = this.#backEnd && this.#plans.of(actor, resource)
    const plan = plans && (plans.get(action) ?? this.#other(plans, actor, action, resource))
    if (!plan) {
      assertKnown(schema, actor, 'actor')
      assertKnown(schema, resource, 'resource')
    }
    return plan
  }

  #other(plans: PlansOfPair<CheckPlan>, actor: unknown, action: string, resource: unknown): CheckPlan {
    const known = this.#knows(action)
    const key = known ? action : otherAction
    let plan = plans.get(key)
    if (!plan) {
      plan = this.#plan(actor, known ? { action } : 'other', resource)
      plans.set(key, plan)
    }
    if (!known && plan.condition?.kind === 'false') throw this.#unknownAction(action)
    return plan
  }

  #plan(actor: unknown, action: ActionKind, resource: unknown): CheckPlan {
    const { schema } = this.meaning
    try {
      const condition = planCheck(
        this.#policy,
        schema,
        this.#kindOf(actor)!,
        action,
        this.#kindOf(resource)!,
        this.#deriver,
      )
      const predicate = isForMachine(condition) ? undefined : this.#backEnd?.compile(condition, this.meaning)
      return { condition, predicate, waiting: undefined }
    } catch (error) {
      if (!isStackOverflow(error)) throw error
      return { condition: undefined, predicate: undefined, waiting: undefined }
    }
  }

  #kindOf(value: unknown): Kind | undefined {
    if (value === null) return 'nil'
    const model = this.meaning.schema.modelOf(value)
    return model && { model: model.name }
  }

  /** Whether an action is a word of the policy. */
  #knows(action: string): boolean {
    return this.#known ? this.#known.has(action) : namesOutright(this.#policy, action) || this.#words.has(action)
  }

  /** The words of the policy, collected when an action is first looked for. */
  get #words(): ReadonlySet<string> {
    this.#known ??= stringLiteralsOf(this.#policy)
    return this.#known
  }

  #unknownAction(action: string): ArgumentError {
    const hint = didYouMean(action, [...this.#words])
    return new ArgumentError('unknown-action', `Unknown action "${action}": no rule or block names it.`, {
      hint: hint ? `did you mean "${hint}"?` : 'write a rule for it, or correct the name',
      data: { action },
    })
  }
}

/** How a predicate is asked about many that is no text of its own. */
function oneByOne(predicate: Predicate): DecideMany {
  return (actor, action, resources, from, answers) => {
    // only what has a class is asked about like this
    const cls = (resources[from] as object).constructor
    let at = from
    try {
      for (; at < resources.length; at++) {
        const resource = resources[at]
        if (typeof resource !== 'object' || resource === null || resource.constructor !== cls) break
        answers[at] = predicate(actor, action, resource)
      }
    } catch {
      // A bail-out, or an error of the application: whoever looks at this one alone meets it again.
    }
    return at
  }
}

function unknownKind(actor: unknown): ArgumentError {
  return new ArgumentError('unknown-row', 'A filter needs an actor of a known class.', {
    hint: "register its class, or name the model of a plain object: authorizer.as('User', user)",
    data: { value: actor },
  })
}
