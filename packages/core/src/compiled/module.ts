import type { Declared } from '../authorizer/contextValues.js'
import type { EqualityMeaning } from '../predicate/meaning.js'
import type { Dispatch, Predicate } from '../predicate/predicate.js'
import type { ExtraHelpers, HelperParts, SourceHelpers } from '../predicate/write/helpers.js'
import type { ContextValues } from '../schema/context.js'
import type { Field } from '../schema/model.js'
import type { References } from '../schema/partial.js'
import type { Models } from '../schema/schema.js'
import type { ValueKinds } from '../values/kinds.js'
import type { World } from './world.js'

/** The content of a module that `compilePolicy` wrote. */
export interface CompiledPolicy {
  /** The version of this format. */
  readonly format: 12
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
  /** Null if the policy declares no context. */
  readonly context: CompiledContext | null
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

/** The context that a policy declares. */
export interface CompiledContext {
  readonly fields: readonly Field[]
  /** The types of its objects, by place. */
  readonly parts: readonly (readonly [place: string, fields: readonly Field[]])[]
  /** Validates the values of a context. */
  readonly read: (declared: Declared, given: unknown, base?: ContextValues) => ContextValues
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
