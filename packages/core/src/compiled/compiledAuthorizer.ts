import { otherAction, PlanTable } from '../authorizer/plans/planTable.js'
import { ArgumentError, QueryError } from '../errors.js'
import { bailOut } from '../predicate/bail.js'
import type { Dispatch, Predicate } from '../predicate/compiler.js'
import { basicHelpers, type HelperParts } from '../predicate/emit/helpers.js'
import type { EqualityMeaning } from '../predicate/meaning.js'
import { arePartial, mayBePartial } from '../schema/partial.js'
import { HostError } from '../values/hostError.js'
import { CompiledModels } from './compiledModels.js'
import type { CompiledPlan, CompiledPolicy, CompiledValue, KindName } from './module.js'
import type { World } from './world.js'

/**
 * Decides checks with a policy that was compiled to a module, without the parser and the query
 * machine. Its decisions equal those of `Authorizer`. Checks that need the machine throw a
 * `QueryError` `machine-only`: those with a promise, a relation that is not loaded, a missing
 * attribute, or a part of the policy that has no predicate.
 */
export class CompiledAuthorizer<Action extends string = string> {
  readonly #models: CompiledModels
  readonly #plans: CompiledPolicy['plans']
  readonly #table: PlanTable<Predicate>
  readonly #instantiate: (plan: CompiledPlan) => Predicate
  readonly #dispatch: Dispatch
  readonly #actions: CompiledPolicy['actions']
  readonly #names: ReadonlySet<string>
  readonly #world: World
  readonly #unnamed = new Set<string>()

  /**
   * @throws ArgumentError if a class or a constant is missing, or if another version wrote the
   * module.
   */
  constructor(policy: CompiledPolicy, world: World) {
    const { format }: { readonly format: number } = policy
    if (format !== 5) {
      throw new ArgumentError('invalid-argument', `The policy has format ${format}, and this runtime reads 5.`, {
        hint: 'compile it with the installed version',
      })
    }
    this.#models = new CompiledModels(policy, world.classes ?? {}, world.constants ?? {})
    this.#plans = policy.plans
    this.#table = new PlanTable(this.#models)
    const { all, dispatch = () => undefined } = predicatesOf(this.#models, policy, world)
    this.#instantiate = ({ at, why }) =>
      at !== undefined ? all[at]! : why === undefined ? () => false : () => ask(why)
    this.#dispatch = dispatch
    this.#actions = policy.actions
    this.#names = new Set(policy.actions?.names)
    this.#world = world
  }

  /**
   * Returns whether the actor may do the action to the resource.
   * @param actor - a row of a model, or null for an anonymous actor
   * @throws ArgumentError if the actor or resource is undefined or of an unknown class, or if the
   * action is unknown.
   * @throws QueryError `machine-only` if the check needs the query machine; `not-compiled` if the
   * module was not compiled for the actor's class.
   */
  can(actor: unknown, action: Action, resource: unknown): boolean {
    let allowed: boolean | undefined
    try {
      if (!arePartial()) allowed = this.#dispatch(actor, action, resource)
    } catch (error) {
      throw this.#typed(error, actor, action, resource)
    }
    return allowed ?? this.#decide(actor, action, resource)
  }

  /** Decides by the table of predicates; otherwise as `can`. */
  #decide(actor: unknown, action: string, resource: unknown): boolean {
    const known = this.#table.of(actor, resource)?.get(action)
    const predicate = known ?? this.#predicate(actor, action, resource)
    try {
      if (arePartial() && (this.#isDoubtful(actor) || this.#isDoubtful(resource))) return bailOut()
      return predicate(actor, action, resource)
    } catch (error) {
      throw this.#typed(error, actor, action, resource)
    }
  }

  #typed(error: unknown, actor: unknown, action: string, resource: unknown): unknown {
    if (error instanceof HostError) return new QueryError(error.code, error.message, error)
    return error instanceof QueryError ? error : machineOnly(this.#show(actor, action, resource), error)
  }

  /**
   * Returns the result of `can` for each resource, in their order.
   * @throws the errors of `can`, for any of the resources.
   */
  canMany(actor: unknown, action: Action, resources: Iterable<unknown>): boolean[] {
    const rows = Array.isArray(resources) ? resources : [...resources]
    const answers = new Array<boolean>(rows.length)
    for (let at = 0; at < rows.length; ) {
      const row: unknown = rows[at]
      // Adjacent resources of one class share one predicate.
      const isOfClass = !arePartial() && this.#models.modelOfClass(row?.constructor)
      const many = isOfClass ? this.#table.of(actor, row)?.get(action)?.many : undefined
      const end = many ? many(actor, action, rows, at, answers) : at
      if (end > at) at = end
      else answers[at++] = this.can(actor, action, row)
    }
    return answers
  }

  #isDoubtful(row: unknown): boolean {
    return mayBePartial(row) || this.#models.isLeftOut(row)
  }

  /** Returns the predicate of a check that was not made before. */
  #predicate(actor: unknown, action: string, resource: unknown): Predicate {
    assertKnown(this.#models, actor, 'actor')
    assertKnown(this.#models, resource, 'resource')
    if (typeof action !== 'string') throw new ArgumentError('invalid-argument', 'An action must be a string.')
    const plans = this.#table.of(actor, resource)
    const actorKind = this.#kindOf(actor)
    const ofActor = plans && this.#plans.find(([kind]) => kind === actorKind)?.[1]
    if (!plans || !ofActor) {
      throw new QueryError('not-compiled', `The policy was not compiled for ${this.#show(actor, action, resource)}.`, {
        hint: 'compile it for this actor: compilePolicy(authorizer, { actors: [names] })',
      })
    }
    const kind = this.#kindOf(resource)
    const ofResource = ofActor.find(([kinds]) => kinds.includes(kind!))?.[1] ?? []
    const own = ofResource.find((one) => one.action === action)
    const plan = own ?? ofResource.find((one) => one.action === null) ?? never
    this.#assertNamed(action, plan.at !== undefined || plan.why !== undefined)
    // There can be any number of actions that the policy does not name.
    const key = own || this.#names.has(action) ? action : otherAction
    const predicate = (!own && plans.get(otherAction)) || this.#instantiate(plan)
    plans.set(key, predicate)
    return predicate
  }

  /**
   * Asserts that the policy names an action.
   * @param isDecided - Whether a rule for any action decides it; then it is a warning.
   */
  #assertNamed(action: string, isDecided: boolean): void {
    if (!this.#actions || this.#names.has(action)) return
    const message = `Unknown action "${action}": no rule or block names it.`
    const hint = `use one of ${this.#actions.names.join(', ')}, or declare it: new Authorizer({ actions })`
    const { log = console.warn, strict = false } = this.#world
    if (strict || !isDecided || !this.#actions.isWild)
      throw new ArgumentError('unknown-action', message, { hint, data: { action } })
    if (this.#unnamed.has(action) || this.#unnamed.size === maxUnnamed) return
    this.#unnamed.add(action)
    log(`${message}\nhint: ${hint}`)
  }

  #kindOf(value: unknown): KindName | undefined {
    return value === null ? null : this.#models.modelOf(value)?.name
  }

  #show(actor: unknown, action: string, resource: unknown): string {
    const [one, other] = [actor, resource].map((value) =>
      value === null ? 'nil' : (this.#models.modelOf(value)?.name ?? typeof value),
    )
    return `allow(${one}, "${action}", ${other})`
  }
}

/**
 * For the modules that `compilePolicy` writes: turns a policy into a function that creates its
 * authorizers.
 */
export function compiled<Action extends string, ClassName extends string, ConstantName extends string>(
  policy: CompiledPolicy,
): (world: World<ClassName, ConstantName>) => CompiledAuthorizer<Action> {
  // JavaScript can omit the world, which is sound if the policy needs neither classes nor constants.
  return (world = emptyWorld) => new CompiledAuthorizer<Action>(policy, world)
}

/** The number of actions that a policy warns of: they can come from a request. */
const maxUnnamed = 100

const emptyWorld: World = { classes: {} }

const never: CompiledPlan = { action: null }

/** Makes the predicates of the module. */
function predicatesOf(
  models: CompiledModels,
  policy: CompiledPolicy,
  world: World,
): ReturnType<CompiledPolicy['predicates']> {
  const { limits } = world
  const begin = policy.budget?.(limits, policy.parts ?? 1)
  // Sound: a module whose helpers compare values has both.
  const meaning = policy.meaning?.(models, policy.kinds!, world) as EqualityMeaning
  const parts: HelperParts = { schema: models, meaning, limits, begin, ask }
  const extras = Object.entries(policy.helpers).map(([name, make]) => [name, make(parts)])
  return policy.predicates(
    { ...basicHelpers(parts), ...Object.fromEntries(extras) },
    (policy.values ?? []).map((value) => given(models, value)),
  )
}

function ask(goal: unknown): never {
  throw machineOnly(String(goal))
}

function assertKnown(models: CompiledModels, value: unknown, what: 'actor' | 'resource'): void {
  if (value === undefined) throw new ArgumentError(`undefined-${what}`, `The ${what} is undefined.`)
  const isObject = Object(value) === value
  if (!isObject || models.modelOf(value)) return
  throw new ArgumentError('unknown-row', `The class of the ${what} is unknown.`, {
    hint: "await a promise first; tag a plain object: as('Model', object)",
  })
}

function given(models: CompiledModels, value: CompiledValue): unknown {
  if ('constant' in value) return models.constant(value.constant)
  if ('class' in value) return models.models.get(value.class)?.class
  return 'goal' in value ? value.goal : value.value
}

function machineOnly(what: string, cause?: unknown): QueryError {
  return new QueryError('machine-only', `A compiled policy has no query machine, which this needs: ${what}`, {
    hint: 'use an Authorizer for it: it names missing data and awaits promises',
    cause,
  })
}
