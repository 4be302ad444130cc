import type { Condition } from '../../condition/condition.js'
import { Deriver } from '../../condition/derive/derive.js'
import { descending, stackExhausted } from '../../condition/stack.js'
import { ArgumentError, QueryError } from '../../errors.js'
import type { Policy } from '../../policy/policy.js'
import type { BackEnd, DecideMany, Dispatch, Predicate, WaitingPredicate } from '../../predicate/compiler.js'
import type { Meaning } from '../../predicate/meaning.js'
import { arePartial, mayBePartial } from '../../schema/partial.js'
import { entryOf } from '../../values/entryOf.js'
import { metErrors } from '../../values/metErrors.js'
import { endsEvaluation } from '../../values/semantics.js'
import { isStackOverflow } from '../../values/stackOverflow.js'
import { namesOutright, stringLiteralsOf } from '../actions/actionNames.js'
import type { PolicyActions } from '../actions/policyActions.js'
import { assertAction, assertActor, assertKnown, assertResource } from '../arguments.js'
import { type ActionKind, isForMachine, type Kind, planActors, planCheck, planFilter } from './plans.js'
import { type ActionKey, otherAction, type PlansOfPair, PlanTable } from './planTable.js'

/** The plan of a check whose classes and action are known. */
interface CheckPlan {
  /** Undefined if the rules are nested too deeply for a condition. */
  readonly condition: Condition | undefined
  /** Undefined if only the machine can decide. */
  readonly predicate: Predicate | undefined
  /** Compiled on first use. Null if there is none. */
  waiting: WaitingPredicate | null | undefined
}

const granted: CheckPlan = { condition: undefined, predicate: () => true, waiting: undefined }
const forMachine: CheckPlan = { condition: undefined, predicate: undefined, waiting: undefined }
const denied: CheckPlan = { condition: undefined, predicate: () => false, waiting: undefined }

/**
 * The number of checks per evaluator. A bail-out is a predicate that left the check to a waiting
 * predicate or to the machine.
 */
export interface Statistics {
  predicate: number
  machine: number
  bailOuts: number
}

/**
 * The results for many resources, in their order, and the indices of those that the machine has to
 * decide.
 */
export interface Answers {
  readonly answers: (boolean | undefined)[]
  readonly open: readonly number[]
}

/** Conditions by the model of the bound row, the action, and the model of the filtered rows. */
type FilterConditions = Map<string | typeof unknownModel | undefined, Map<ActionKey, Map<string, Condition>>>
const unknownModel: unique symbol = Symbol('unknown model')

/** Decides a check by the machine. @throws if the machine has no result. */
export type Prove = (actor: unknown, action: string, resource: unknown) => boolean

/**
 * The number of checks of a kind before a predicate is made for it. Making one takes as long as
 * hundreds of checks.
 */
const maxTrials = 3

/** The number of checks after which a function that finds predicates is compiled: it takes as long as many checks. */
const checksBeforeDispatch = 1000

/**
 * The plans of one policy, made on first use, with one plan for all actions that the policy does
 * not name. All questions share them: a plan depends on the policy, the classes and the action
 * alone. Statistics and trials are counts that affect how a check is evaluated, never its result.
 */
export class PlanCache extends PlanTable<CheckPlan> {
  readonly statistics: Statistics = { predicate: 0, machine: 0, bailOuts: 0 }
  readonly #policy: Policy
  readonly #deriver: Deriver
  readonly meaning: Meaning
  readonly #backEnd: BackEnd | undefined
  readonly #prove: Prove | undefined
  readonly #actions: PolicyActions
  readonly #onUnnamed: (action: string, model?: string) => void
  #known: ReadonlySet<string> | undefined
  /** Decides checks whose plans were known when it was made. Undefined until then, and with very many classes. */
  #dispatch: Dispatch | undefined
  /** The number of checks after which it is made, or made anew if a check has to use the table. */
  #dispatchAt = checksBeforeDispatch
  /** The number of trials of the machine, by the kind of check. */
  readonly #trials = new Map<PlansOfPair<CheckPlan>, Map<string, number>>()
  /** The conditions of filters by the actor's model, the action and the rows' model. */
  readonly #filters: FilterConditions = new Map()
  /** The conditions of actor filters by the resource's model, the action and the actors' model. */
  readonly #actorFilters: FilterConditions = new Map()

  /**
   * @param onUnnamed - Called for a check of an action that nothing names, and that a rule without an
   * action decides; with a model for an action that only rules of other models name. It can throw.
   * @param backEnd - Undefined if the machine evaluates all checks.
   * @param prove - Decides the first few checks of a kind. Undefined if predicates decide them too.
   */
  constructor(
    policy: Policy,
    actions: PolicyActions,
    onUnnamed: (action: string, model?: string) => void,
    meaning: Meaning,
    backEnd: BackEnd | undefined,
    prove?: Prove,
  ) {
    super(meaning.schema)
    this.#policy = policy
    this.#actions = actions
    this.#onUnnamed = onUnnamed
    this.#deriver = new Deriver(policy, meaning.schema)
    this.#backEnd = backEnd
    this.#prove = prove
    this.meaning = meaning
  }

  /**
   * Decides by the predicate, or by the machine for the first few checks of a kind. Returns
   * undefined if the machine has to decide. The caller ends the record of the errors that were met.
   * @throws ArgumentError for an undefined or unknown actor or resource, or an unknown action.
   */
  decide(actor: unknown, action: string, resource: unknown): boolean | undefined {
    // Predicates read the loaded values; only the machine checks whether they are complete.
    if (this.#dispatch === undefined || arePartial()) return this.#decide(actor, action, resource)
    let allowed: boolean | undefined
    try {
      allowed = this.#dispatch(actor, action, resource)
    } catch (error) {
      return this.#failed(error)
    }
    // If it recorded an error, it found the predicate, which is undecided.
    if (allowed === undefined) return metErrors.any ? this.#failed(undefined) : this.#decide(actor, action, resource)
    this.statistics.predicate++
    return allowed
  }

  /** Decides by the table of plans; otherwise as `decide`. */
  #decide(actor: unknown, action: string, resource: unknown): boolean | undefined {
    // The arguments of a known plan are valid.
    const plan = this.of(actor, resource)?.get(action) ?? this.#planAnew(actor, action, resource)
    const predicate = plan?.predicate
    if (!predicate || mayBePartial(actor) || mayBePartial(resource)) {
      this.statistics.machine++
      return undefined
    }
    try {
      const allowed = predicate(actor, action, resource)
      if (allowed === undefined) return this.#failed(undefined)
      if (++this.statistics.predicate >= this.#dispatchAt) this.#dispatchAnew()
      return allowed
    } catch (error) {
      return this.#failed(error)
    }
  }

  /** @param error - Undefined if the predicate was undecided. */
  #failed(error: unknown): undefined {
    // The machine would need the same time again, or the check that a getter asks for would end it, too. A promise it may
    // await.
    if (error instanceof QueryError && endsEvaluation(error.code) && error.code !== 'async-value') throw error
    // Predicates limit the depth of their own calls.
    if (isStackOverflow(error)) throw stackExhausted(error)
    metErrors.clear()
    // A bail-out, or an error of the application: the machine evaluates again, and its error
    // names the cause and the place.
    this.statistics.bailOuts++
    return undefined
  }

  /** Compiles a function that finds the predicates of all known plans. */
  #dispatchAnew(): void {
    this.#dispatchAt = this.statistics.predicate * 2
    const known = this.ofClasses().map(([actor, resource, plans]) => [actor, resource, predicatesIn(plans)] as const)
    this.#dispatch = this.#backEnd?.dispatch?.(known)
    if (!this.#dispatch) this.#dispatchAt = Number.POSITIVE_INFINITY
  }

  /**
   * Returns the plan for a check that has none yet. For the first few checks of a kind, the plan is
   * the result of the machine.
   */
  #planAnew(actor: unknown, action: string, resource: unknown): CheckPlan | undefined {
    const plans = this.#prove && this.of(actor, resource)
    const isForTrial = plans && typeof action === 'string' && !mayBePartial(actor) && !mayBePartial(resource)
    if (!isForTrial || !this.#isNamedFor(action, resource)) return this.#planOf(actor, action, resource)
    const trials = entryOf(this.#trials, plans, () => new Map<string, number>())
    const trial = (trials.get(action) ?? 0) + 1
    if (trial > maxTrials) return this.#planOf(actor, action, resource)
    trials.set(action, trial)
    try {
      const plan = this.#prove!(actor, action, resource) ? granted : denied
      // `decide` counts the result as that of a predicate.
      this.statistics.predicate--
      this.statistics.machine++
      return plan
    } catch (error) {
      if (metErrors.any) metErrors.clear()
      // A predicate may keep within a limit, and an asynchronous check loads relations.
      const isOpen = error instanceof QueryError && (error.code === 'relation-not-loaded' || endsEvaluation(error.code))
      if (!isOpen) throw error
      return this.#planOf(actor, action, resource)
    }
  }

  /**
   * Returns the predicate for a check that `decide` could not decide, if it can wait. Undefined if
   * the machine has to decide.
   */
  waiting(actor: unknown, action: string, resource: unknown): WaitingPredicate | undefined {
    const { compileWaiting } = this.#backEnd ?? {}
    if (!compileWaiting || mayBePartial(actor) || mayBePartial(resource)) return undefined
    const plan = this.#planOf(actor, action, resource)
    if (!plan?.condition || !plan.predicate) return undefined
    plan.waiting ??= compileWaiting(plan.condition, this.meaning) ?? null
    return plan.waiting ?? undefined
  }

  /**
   * Decides for many resources; otherwise as `decide`. Neighbours of one class share the work that
   * depends on the class alone.
   * @param ended - Ends the record of the errors that the evaluation of a resource has met.
   */
  decideMany(
    actor: unknown,
    action: string,
    resources: readonly unknown[],
    ended: (at: number, allowed: boolean) => void,
  ): Answers {
    assertActor(actor)
    assertAction(action)
    const answers = new Array<boolean | undefined>(resources.length)
    const open: number[] = []
    for (let at = 0; at < resources.length; ) {
      const predicate = this.#predicateOfClass(actor, action, resources[at])
      const end = predicate ? (predicate.many ?? oneByOne(predicate))(actor, action, resources, at, answers) : at
      this.statistics.predicate += end - at
      // Sound: the run decided all before its end.
      if (metErrors.any) ended(end - 1, answers[end - 1]!)
      at = end
      if (at === resources.length) break
      // The run ended at a resource of another class, at one that the predicate can't decide, or behind one with errors.
      answers[at] = this.decide(actor, action, resources[at])
      if (answers[at] === undefined) open.push(at)
      else if (metErrors.any) ended(at, answers[at]!)
      at++
    }
    return { answers, open }
  }

  /**
   * Returns the predicate for every instance of the resource's class, or undefined if each resource
   * needs its own look-up.
   */
  #predicateOfClass(actor: unknown, action: string, resource: unknown): Predicate | undefined {
    if (arePartial() || typeof resource !== 'object' || resource === null) return undefined
    if (!this.meaning.schema.modelOfClass(resource.constructor)) return undefined
    return this.#planOf(actor, action, resource)?.predicate
  }

  /**
   * Returns the allowed actions if predicates can decide them: no rule may leave the action open.
   * Undefined if the machine has to decide.
   */
  actions(actor: unknown, resource: unknown): Set<string> | undefined {
    const plans = this.#backEnd && this.of(actor, resource)
    if (!plans) return undefined
    let others = plans.get(otherAction)
    if (!others) {
      others = this.#plan(actor, 'other', resource)
      plans.set(otherAction, others)
    }
    if (others.condition?.kind !== 'false') return undefined
    const allowed = new Set<string>()
    for (const action of this.#words) {
      // Other literals of the policy can't be the action of a check.
      if (!this.#actions.isNamed(action)) continue
      const plan = plans.get(action) ?? this.#other(plans, actor, action, resource)
      if (plan.condition?.kind === 'false') continue
      const decision = this.decide(actor, action, resource)
      if (decision === undefined) return undefined
      if (decision) allowed.add(action)
    }
    return allowed
  }

  /** Returns the condition of a filter. @throws ArgumentError for an action that nothing names. */
  filter(actor: unknown, action: string, model: string): Condition {
    this.#actions.assertNamedFor(action, model)
    const kind = this.#kindOf(actor)
    if (!kind) throw unknownKind(actor)
    return this.#ofKinds(this.#filters, kind, action, model, (asked) =>
      planFilter(this.#policy, this.meaning.schema, kind, asked, model, this.#deriver),
    )
  }

  /**
   * Returns the condition on the actors of a model; its roots are swapped, as `planActors` says.
   * @throws ArgumentError for an action that nothing names.
   */
  actors(action: string, resource: unknown, model: string): Condition {
    this.#actions.assertNamedFor(action, this.meaning.schema.modelOf(resource)?.name)
    // A class represents a row that does not exist yet.
    const kind = this.#kindOf(resource) ?? { model: undefined }
    return this.#ofKinds(this.#actorFilters, kind, action, model, (asked) =>
      planActors(this.meaning.schema, model, asked, kind, this.#deriver),
    )
  }

  #ofKinds(
    known: FilterConditions,
    kind: Kind,
    action: string,
    model: string,
    plan: (asked: ActionKind) => Condition,
  ): Condition {
    const isNamed = this.#knows(action)
    const ofKind = entryOf(known, kind === 'nil' ? undefined : (kind.model ?? unknownModel), () => new Map())
    const conditions = entryOf(ofKind, isNamed ? action : otherAction, () => new Map())
    let condition = conditions.get(model)
    if (!condition) {
      condition = descending(() => plan(isNamed ? { action } : 'other'))
      conditions.set(model, condition)
    }
    return condition
  }

  /** Returns the condition under which the actor may perform an action on a field of a model's rows. */
  fieldFilter(actor: unknown, action: string, model: string, field: string): Condition {
    const kind = this.#kindOf(actor)
    if (!kind) throw unknownKind(actor)
    const { schema } = this.meaning
    // The deriver is new, since it keeps what it derives, and names of fields come from requests.
    const deriver = new Deriver(this.#policy, schema)
    return descending(() => planFilter(this.#policy, schema, kind, { action }, model, deriver, field))
  }

  /**
   * Returns the plan for a check, or undefined if only the machine can decide.
   * @throws ArgumentError for invalid arguments.
   */
  #planOf(actor: unknown, action: string, resource: unknown): CheckPlan | undefined {
    assertActor(actor)
    assertResource(resource)
    assertAction(action)
    const plans = this.of(actor, resource)
    const known = plans?.get(action)
    // The arguments of a known plan are valid.
    if (known) return known
    const { schema } = this.meaning
    const isNamed = this.#actions.isNamed(action)
    // Nobody may do it, by any rule.
    if (!isNamed && !this.#actions.isWild) throw this.#actions.unknown(action)
    if (!plans) {
      assertKnown(schema, actor, 'actor')
      assertKnown(schema, resource, 'resource')
    }
    // It can throw, at every check: no plan is kept before it.
    if (isNamed && !this.#isNamedFor(action, resource)) this.#onUnnamed(action, schema.modelOf(resource)?.name)
    const plan = plans && this.#other(plans, actor, action, resource)
    if (isNamed) return plan
    if (plan?.condition?.kind === 'false') throw this.#actions.unknown(action)
    this.#onUnnamed(action)
    return plan
  }

  #isNamedFor(action: string, resource: unknown): boolean {
    return this.#actions.isNamedFor(action, this.meaning.schema.modelOf(resource)?.name)
  }

  #other(plans: PlansOfPair<CheckPlan>, actor: unknown, action: string, resource: unknown): CheckPlan {
    const known = this.#knows(action)
    const key = known ? action : otherAction
    let plan = plans.get(key)
    if (!plan) {
      plan = this.#plan(actor, known ? { action } : 'other', resource)
      plans.set(key, plan)
    }
    return plan
  }

  #plan(actor: unknown, action: ActionKind, resource: unknown): CheckPlan {
    const { schema } = this.meaning
    if (!this.#backEnd) return forMachine
    try {
      const condition = planCheck(
        this.#policy,
        schema,
        this.#kindOf(actor)!,
        action,
        this.#kindOf(resource)!,
        this.#deriver,
      )
      const predicate = isForMachine(condition) ? undefined : this.#backEnd.compile(condition, this.meaning)
      return { condition, predicate, waiting: undefined }
    } catch (error) {
      if (!isStackOverflow(error)) throw error
      return forMachine
    }
  }

  #kindOf(value: unknown): Kind | undefined {
    if (value === null) return 'nil'
    const model = this.meaning.schema.modelOf(value)
    return model && { model: model.name }
  }

  /** Returns whether an action is a string literal or name of the policy. */
  #knows(action: string): boolean {
    return this.#known ? this.#known.has(action) : namesOutright(this.#policy, action) || this.#words.has(action)
  }

  /** The string literals and names of the policy, collected on first use. */
  get #words(): ReadonlySet<string> {
    this.#known ??= stringLiteralsOf(this.#policy)
    return this.#known
  }
}

function predicatesIn(plans: PlansOfPair<CheckPlan>): (readonly [action: string, predicate: Predicate])[] {
  return [...plans].flatMap(([action, { predicate }]) =>
    typeof action === 'string' && predicate ? [[action, predicate] as const] : [],
  )
}

/** Returns the function for many resources of a predicate that has none of its own. */
function oneByOne(predicate: Predicate): DecideMany {
  return (actor, action, resources, from, answers) => {
    // Sound: it is called for instances of a class only.
    const cls = (resources[from] as object).constructor
    let at = from
    try {
      for (; at < resources.length; at++) {
        const resource = resources[at]
        if (typeof resource !== 'object' || resource === null || resource.constructor !== cls) break
        const answer = predicate(actor, action, resource)
        if (answer === undefined) {
          metErrors.clear()
          break
        }
        answers[at] = answer
        if (metErrors.any) return at + 1
      }
    } catch {
      metErrors.clear()
      // A bail-out: the check of this resource alone repeats it.
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
