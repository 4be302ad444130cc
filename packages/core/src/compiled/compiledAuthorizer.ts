import { ArcturusError, ArgumentError, invalidArgument, QueryError } from '../errors.js'
import { own } from '../own.js'
import { bail, bailOut } from '../predicate/bail.js'
import type { EqualityMeaning } from '../predicate/meaning.js'
import type { Dispatch, Predicate, Resumed } from '../predicate/predicate.js'
import { basicHelpers, type HelperParts, type SourceHelpers } from '../predicate/write/helpers.js'
import type { PolicyTypes, RegisteredPolicy } from '../register.js'
import type { ActionOn, ActorIn } from '../rowTypes.js'
import { arePartial, mayBePartial, partials } from '../schema/partial.js'
import { thrownError } from '../values/fault.js'
import { metErrors } from '../values/metErrors.js'
import { assertUnpolluted } from '../values/pollution.js'
import { CompiledModels } from './compiledModels.js'
import type { CompiledPolicy, CompiledView, KindName, PlansOfActor } from './module.js'
import type { World } from './world.js'

/**
 * Decides checks with a policy that was compiled to a module, without the parser and the query
 * machine. Its decisions equal those of `Authorizer`. Checks that need the machine throw a
 * `QueryError` `machine-only`: those with a promise, a relation that is not loaded, a missing
 * attribute, or a part of the policy that has no predicate.
 */
export class CompiledAuthorizer<P extends PolicyTypes = RegisteredPolicy, Context extends object = object>
  implements CompiledView<P, Context>
{
  readonly #models: CompiledModels
  readonly #plans: ReadonlyMap<KindName, PlansOfActor>
  readonly #dispatch: Dispatch
  readonly #policy: CompiledPolicy
  readonly #world: Partial<World>
  readonly #unnamed = new Set<string>()

  /**
   * @throws ArgumentError if a class or a constant is missing, or if another version wrote the
   * module.
   */
  constructor(policy: CompiledPolicy, world: Partial<World>) {
    const { format }: { readonly format: number } = policy
    if (format !== 14) {
      throw invalidArgument(`This runtime cannot read format ${format}.`, { hint: 'compile the policy anew' })
    }
    this.#models = new CompiledModels(policy, world)
    const { plans, dispatch } = policy.predicates(helpersOf(this.#models, policy, world), this.#models)
    this.#plans = plans
    this.#dispatch = dispatch
    this.#policy = policy
    this.#world = world
  }

  /** The version of the policy that was compiled: the `policyVersion` of its authorizer. */
  get policyVersion(): string {
    return this.#policy.version
  }

  /**
   * Returns whether the actor may do the action to the resource.
   * @param actor - a row of a model, or null for an anonymous actor
   * @throws ArgumentError if the actor or resource is undefined or of an unknown class, or if the
   * action is unknown.
   * @throws QueryError `machine-only` if the check needs the query machine; `not-compiled` if the
   * module was not compiled for the actor's class.
   */
  can<A, Row>(actor: A & ActorIn<A, P>, action: ActionOn<Row, P>, resource: Row): boolean {
    if (metErrors.any) metErrors.clear()
    let known: Resumed
    try {
      known = partials.any ? undefined : this.#dispatch(actor, action, resource)
    } catch (error) {
      known = { error }
    }
    return typeof known !== 'boolean' || metErrors.any ? this.#resume(known, actor, action, resource) : known
  }

  /** Goes on with a check that was not decided at once, or that met errors. */
  #resume(known: Resumed, actor: unknown, action: string, resource: unknown): boolean {
    try {
      if (typeof known === 'object') throw known.error
      if (known !== undefined) return known
      // Otherwise the predicate was undecided: it is not evaluated again.
      if (metErrors.any) return bailOut()
      assertUnpolluted(this.#policy.reads)
      const predicate = this.#predicate(actor, action, resource)
      if (partials.any && (this.#isDoubtful(actor) || this.#isDoubtful(resource))) return bailOut()
      return predicate(actor, action, resource) ?? bailOut()
    } catch (thrown) {
      const error = thrownError(thrown === bail ? (metErrors.thrown[0] ?? thrown) : thrown)
      if (error instanceof ArcturusError) throw error
      throw machineOnly(this.#show(actor, action, resource), error)
    } finally {
      if (metErrors.any) metErrors.clear()
    }
  }

  /**
   * Returns the result of `can` for each resource, in their order.
   * @throws the errors of `can`, for any of the resources.
   */
  canMany<A, Row>(actor: A & ActorIn<A, P>, action: ActionOn<Row, P>, resources: Iterable<Row>): boolean[] {
    assertUnpolluted(this.#policy.reads)
    const rows = Array.isArray(resources) ? resources : [...resources]
    const answers = new Array<boolean>(rows.length)
    for (let at = 0; at < rows.length; ) {
      const row: unknown = rows[at]
      // Adjacent resources of one class share one predicate.
      const isOfClass = !arePartial() && this.#models.modelOfClass(row?.constructor)
      const from = at
      if (metErrors.any) metErrors.clear()
      if (isOfClass) at = this.#predicate(actor, action, row).many?.(actor, action, rows, at, answers) ?? at
      // Sound: the caller was checked for both.
      if (at === from) answers[at++] = this.can(actor as never, action as never, row)
    }
    return answers
  }

  /**
   * Returns the resources for which `can` returns true, in their order.
   * @throws the errors of `can`, for any of the resources.
   */
  authorizedRows<A, Row>(actor: A & ActorIn<A, P>, action: ActionOn<Row, P>, rows: Iterable<Row>): Row[] {
    const all = [...rows]
    const allowed = this.canMany<A, Row>(actor, action, all)
    return all.filter((_, at) => allowed[at])
  }

  /**
   * Returns an authorizer whose checks have a context, as `with` of `Authorizer`. A check that needs a missing name
   * throws `machine-only`, unless another rule allows it.
   * @throws ArgumentError `invalid-context` for an undeclared name or a value of another type.
   */
  with(context: Partial<Context>): CompiledView<P, Context> {
    const own = this.#models.context
    if (own) return own.view(this, context)
    throw new ArgumentError('invalid-context', 'The policy declares no context.', {
      hint: 'call registerContext before the policy is compiled, and compile it anew',
    })
  }

  #isDoubtful(row: unknown): boolean {
    return mayBePartial(row) || this.#policy.isLeftOut?.(this.#models.models, row) === true
  }

  #predicate(actor: unknown, action: string, resource: unknown): Predicate {
    const ofActor = this.#plans.get(this.#kindOf(actor)!)
    const kind = this.#kindOf(resource)
    if (!ofActor || kind === undefined || typeof action !== 'string') throw this.#rejected(actor, action, resource)
    const plans = ofActor.get(kind) ?? ofActor.get(undefined)
    const plan = plans?.get(action) ?? plans?.get(null)
    this.#assertNamed(action, Boolean(plan))
    return typeof plan === 'string' ? () => ask(plan) : plan || never
  }

  /** Returns the error of a check that has no plans. */
  #rejected(actor: unknown, action: string, resource: unknown): Error {
    for (const [what, value] of Object.entries({ actor, resource })) {
      if (value === undefined)
        return new ArgumentError(`undefined-${what as 'actor' | 'resource'}`, `The ${what} is undefined.`)
      if (Object(value) === value && !this.#models.modelOf(value)) {
        return new ArgumentError('unknown-row', `The class of the ${what} is unknown.`, {
          hint: "await a promise; tag a plain object: as('Model', object)",
        })
      }
    }
    if (typeof action !== 'string') return invalidArgument('An action must be a string.')
    return new QueryError('not-compiled', `The policy was not compiled for ${this.#show(actor, action, resource)}.`, {
      hint: 'name the actor: compilePolicy(authorizer, { actors: [names] })',
    })
  }

  /**
   * Asserts that the policy names an action.
   * @param isDecided - Whether a rule for any action decides it; then it is a warning.
   */
  #assertNamed(action: string, isDecided: boolean): void {
    const { actions } = this.#policy
    if (!actions || actions.names.has(action)) return
    const message = `Unknown action "${action}": no rule or block names it.`
    const hint = `use one of ${[...actions.names].join(', ')}, or declare it: new Authorizer({ actions })`
    const { log = console.warn, strict = false } = this.#world
    if (strict || !isDecided || !actions.isWild)
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
      value === null ? 'nil' : (this.#kindOf(value) ?? typeof value),
    )
    return `allow(${one}, "${action}", ${other})`
  }
}

/**
 * For the modules that `compilePolicy` writes: turns a policy into a function that creates its
 * authorizers.
 */
export function compiled<
  P extends PolicyTypes,
  ClassName extends string,
  ConstantName extends string,
  Context extends object = object,
>(policy: CompiledPolicy): (world: World<ClassName, ConstantName>) => CompiledAuthorizer<P, Context> {
  // JavaScript can omit the world, which is sound if the policy needs neither classes nor constants.
  return (world: Partial<World> = {}) => new CompiledAuthorizer<P, Context>(policy, own(world))
}

/** The number of actions that a policy warns of: they can come from a request. */
const maxUnnamed = 100

const never: Predicate = () => false

function helpersOf(models: CompiledModels, policy: CompiledPolicy, world: Partial<World>): SourceHelpers {
  // Sound: a module whose helpers compare values has both.
  const meaning = policy.meaning?.(models, policy.kinds!, world) as EqualityMeaning
  const parts: HelperParts = { ...world, schema: models, meaning, ask }
  return { ...basicHelpers, ...policy.helpers(parts) }
}

function ask(goal: unknown): never {
  throw machineOnly(String(goal))
}

function machineOnly(what: string, cause?: unknown): QueryError {
  return new QueryError('machine-only', `The compiled policy cannot decide ${what}`, {
    hint: 'use an Authorizer: it awaits promises and names missing data',
    cause,
  })
}
