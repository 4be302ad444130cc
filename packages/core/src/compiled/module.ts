import type { EqualityMeaning } from '../predicate/meaning.js'
import type { Dispatch, Predicate } from '../predicate/predicate.js'
import type { ExtraHelpers, HelperParts, SourceHelpers } from '../predicate/write/helpers.js'
import type { PolicyTypes, RegisteredPolicy } from '../register.js'
import type { ActionOn, ActorIn } from '../rowTypes.js'
import type { References } from '../schema/partial.js'
import type { Models } from '../schema/schema.js'
import type { ValueKinds } from '../values/kinds.js'
import type { World } from './world.js'

/** The content of a module that `compilePolicy` wrote. */
export interface CompiledPolicy {
  /** The version of this format. */
  readonly format: 14
  /** The version of the policy. */
  readonly version: string
  /** The kinds of values that predicates compare. Undefined if they compare no objects. */
  readonly kinds?: ValueKinds
  /** Returns how predicates compare values. Undefined if no helper needs it. */
  readonly meaning?: (models: Models, kinds: ValueKinds, world: Pick<World, 'equality' | 'regExp'>) => EqualityMeaning
  /** Creates the helpers that only some predicates need. */
  readonly helpers: (parts: HelperParts) => Partial<ExtraHelpers>
  /** Makes the plans of all checks, and the function that finds the predicates of classes. */
  readonly predicates: (
    helpers: SourceHelpers,
    models: GivenModels,
  ) => { readonly plans: ReadonlyMap<KindName, PlansOfActor>; readonly dispatch: Dispatch }
  readonly models: readonly CompiledModel[]
  /** Creates the context of an authorizer. Undefined if the policy declares none. */
  readonly context?: (models: Models) => CompiledContext
  /** The names of the attributes that predicates read: see `assertUnpolluted`. */
  readonly reads: ReadonlySet<string>
  /**
   * Returns whether a plain object, which can be the copy of a row, has nil for a reference to a row. If any row is
   * partial, a filter may have omitted that row. Set only if a model has `references`.
   */
  readonly isLeftOut?: (models: ReadonlyMap<string, Partial<CompiledModel>>, value: unknown) => boolean
  /**
   * All actions, and whether rules accept any other one; null if rules compare actions with data.
   */
  readonly actions: { readonly names: ReadonlySet<string>; readonly isWild: boolean } | null
}

/** The context of an authorizer's checks. */
export interface CompiledContext {
  /** Returns the reader of a name of the context; undefined for another name. */
  reader(name: string): { readonly value: unknown } | undefined
  /**
   * Returns the checks of an authorizer, in a context.
   * @throws ArgumentError for an undeclared name or a value of another type.
   */
  view<P extends PolicyTypes, Context extends object>(
    authorizer: Omit<CompiledView<P, Context>, 'with'>,
    given: object,
  ): CompiledView<P, Context>
}

/** The classes and constants that predicates use. */
export interface GivenModels {
  classOf(model: string): unknown
  constant(name: string): { readonly value: unknown }
}

export interface CompiledModel {
  readonly name: string
  /** The model's key, even if it is inherited. */
  readonly key?: readonly string[] | undefined
  /** The models that it extends. Default: none. */
  readonly ancestors?: readonly string[]
  /** The other models with common rows: see `commonRows` of the schema. Default: none. */
  readonly relatives?: readonly (readonly [model: string, haveKeys: boolean])[]
  /** Whether models with another class extend it: a plain object can be a row of one of these. */
  readonly isExtended?: boolean
  /** Its relations to one row, and the columns that refer to that row. */
  readonly references?: References
  /** Whether its instances are values: see `Model`. */
  readonly isValue?: boolean
  /** Whether its rows are instances of a class, which the application must pass. */
  readonly hasClass: boolean
}

/** The name of a model; null for nil. */
export type KindName = string | null

/** The plans of an actor's class by the class of the resource. Those of undefined are for all other classes. */
export type PlansOfActor = ReadonlyMap<KindName | undefined, PlansOfResource>

/** Plans by action. The plan of null is for all other actions. A check without a plan is always false. */
export type PlansOfResource = ReadonlyMap<string | null, CompiledPlan>

/** The predicate of a check; why the check needs the machine; or false. */
export type CompiledPlan = Predicate | string | false

/** The checks of a compiled policy, in a context. */
export interface CompiledView<P extends PolicyTypes = RegisteredPolicy, Context extends object = object> {
  can<A, Row>(actor: A & ActorIn<A, P>, action: ActionOn<Row, P>, resource: Row): boolean
  canMany<A, Row>(actor: A & ActorIn<A, P>, action: ActionOn<Row, P>, resources: Iterable<Row>): boolean[]
  authorizedRows<A, Row>(actor: A & ActorIn<A, P>, action: ActionOn<Row, P>, rows: Iterable<Row>): Row[]
  with(context: Partial<Context>): CompiledView<P, Context>
}
