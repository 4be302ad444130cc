import {
  allKinds,
  bailOut,
  builtinClasses,
  type Condition,
  compareNumbers,
  compareText,
  Dict,
  defaultLimits,
  discardingErrors,
  isForMachine,
  isThenable,
  linkPredicate,
  type Meaning,
  type Operand,
  operandsIn,
  PlanTable,
  type Policy,
  type Predicate,
  partsIn,
  planCheck,
  Schema,
  stringLiteralsOf,
} from '@arcturus/core/internal/oso'
import type { HostSchema } from './hostSchema.js'
import type { MachineHost } from './machineHost.js'

/** The plan of the checks of two classes and an action. */
interface CheckPlan {
  /** The number of checks that the machine has decided: making a predicate takes as long as many checks. */
  trials: number
  /** Undefined if the machine decides. */
  predicate: Predicate | undefined
}

/** The number of checks of a kind before a predicate is made for it. */
const maxTrials = 3

/**
 * Predicates for the calls `allow(actor, action, resource)` of one policy. They decide only where
 * oso's meaning of values is that of the language: fields, class tests and comparisons of instances
 * of registered classes. In all other cases, and for every error, the machine decides.
 */
export class CheckPlans {
  readonly #meaning: Meaning
  readonly #table: PlanTable<CheckPlan>
  #actions: ReadonlySet<string> | undefined

  private constructor(
    private readonly policy: Policy,
    private readonly schema: Schema,
    private readonly host: MachineHost,
  ) {
    this.#meaning = meaningOf(schema, host)
    this.#table = new PlanTable(schema)
  }

  /**
   * Returns the plans of a policy; undefined if all its checks need the machine, because the
   * application decides equality, or because classes have a check, fields or several names.
   */
  static of(policy: Policy, { models, constants }: HostSchema, host: MachineHost): CheckPlans | undefined {
    if (!host.hasDefaultEquality || !policy.rules.has('allow')) return undefined
    const schema = new Schema(false)
    const classes = new Set<unknown>()
    for (const model of models.values()) {
      if (!builtinClasses.has(model.name)) {
        if (model.isaCheck || model.fields.size > 0 || classes.has(model.class)) return undefined
        classes.add(model.class)
      }
      schema.registerModel(model)
    }
    for (const [name, value] of constants) if (!schema.constants.has(name)) schema.registerConstant(name, value)
    return new CheckPlans(policy, schema, host)
  }

  /** Returns whether the policy allows a check; undefined if the machine has to decide. */
  holds(actor: unknown, action: unknown, resource: unknown): boolean | undefined {
    const plans = this.#table.of(actor, resource)
    if (!plans || typeof action !== 'string') return undefined
    const plan = plans.get(action)
    if (plan?.predicate) {
      try {
        const { predicate } = plan
        return discardingErrors(() => predicate(actor, action, resource))
      } catch {
        // The machine evaluates again, and its error names the cause and the place.
        return undefined
      }
    }
    if (!plan) {
      // Actions can come from requests: only those that the policy names get a plan.
      this.#actions ??= stringLiteralsOf(this.policy)
      if (this.#actions.has(action)) plans.set(action, { trials: 1, predicate: undefined })
    } else if (plan.trials < maxTrials && ++plan.trials === maxTrials) {
      plan.predicate = this.#predicate(actor, action, resource)
    }
    return undefined
  }

  #predicate(actor: unknown, action: string, resource: unknown): Predicate | undefined {
    const [actorModel, resourceModel] = [this.host.classOf(actor), this.host.classOf(resource)]
    if (!isOfApplication(actorModel) || !isOfApplication(resourceModel)) return undefined
    try {
      const condition = planCheck(this.policy, this.schema, { model: actorModel }, { action }, { model: resourceModel })
      if (isForMachine(condition) || !isShared(condition)) return undefined
      return linkPredicate(condition, this.#meaning)
    } catch {
      // Rules that are nested too deeply, or that the machine has to reject.
      return undefined
    }
  }
}

function isOfApplication(model: string | undefined): boolean {
  return model !== undefined && !builtinClasses.has(model)
}

/** Returns whether a condition means the same to oso. A negation does not: oso evaluates all proofs in it. */
function isShared(condition: Condition): boolean {
  if (!sharedKinds.has(condition.kind) || (condition.kind === 'isa' && !isOfApplication(condition.model))) return false
  return operandsIn(condition).every(isRead) && partsIn(condition).every(isShared)
}

const sharedKinds: ReadonlySet<Condition['kind']> = new Set([
  'true',
  'false',
  'and',
  'or',
  'some',
  'isa',
  'test',
  'reads',
  'compare',
  'in',
] as const)

/** Returns whether an operand is a literal, or fields that are read one from another. */
function isRead(operand: Operand): boolean {
  return (
    operand.kind === 'path' ||
    (operand.kind === 'value' && (operand.value === null || typeof operand.value !== 'object'))
  )
}

/** The meaning of values for predicates: undefined wherever the machine asks its host. */
function meaningOf(schema: Schema, host: MachineHost): Meaning {
  const equality = (left: unknown, right: unknown): boolean | undefined => {
    return isObject(left) && isObject(right) ? host.equal(left, right) : undefined
  }
  return {
    schema,
    kinds: allKinds,
    limits: defaultLimits,
    equal: equality,
    equality: (left, right) => equality(left, right) ?? bailOut(left, right),
    rowEquality: () => undefined,
    stranger: () => bailOut(),
    compare(operator, left, right) {
      const areTexts = typeof left === 'string' && typeof right === 'string'
      return areTexts ? compareNumbers(operator, compareText(left, right), 0) : undefined
    },
    isInstance(value, model, exact) {
      const own = host.classOf(value)
      if (own === undefined) return undefined
      return exact ? own === model : schema.isSubclass(own, model)
    },
    ask: () => undefined,
  }
}

/** Returns whether the host alone decides the equality of a value: lists and dictionaries are the language's. */
function isObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || isThenable(value)) return false
  return !Array.isArray(value) && !(value instanceof Dict)
}
