import type { Budget, BudgetLimits } from '../predicate/budget.js'
import type { Dispatch, Predicate } from '../predicate/compiler.js'
import type { MakeHelpers, SourceHelpers } from '../predicate/emit/helpers.js'
import type { EqualityMeaning } from '../predicate/meaning.js'
import type { References } from '../schema/partial.js'
import type { Models } from '../schema/schema.js'
import type { ValueKinds } from '../values/kinds.js'
import type { World } from './world.js'

/** The content of a module that `compilePolicy` wrote. */
export interface CompiledPolicy {
  /** The version of this format. */
  readonly format: 5
  /** The kinds of values that predicates compare. Undefined if they compare no objects. */
  readonly kinds?: ValueKinds
  /** Returns how predicates compare values. Undefined if no helper needs it. */
  readonly meaning?: (models: Models, kinds: ValueKinds, world: Pick<World, 'equality' | 'regExp'>) => EqualityMeaning
  /** Creates the helpers that only some predicates need. */
  readonly helpers: MakeHelpers
  /**
   * Returns a function that starts the budget of an evaluation. Undefined if no predicate counts
   * its steps.
   */
  readonly budget?: (limits: Partial<BudgetLimits> | undefined, parts: number) => () => Budget
  /** How many parts of a condition one step can evaluate, at most. Set only with `budget`. */
  readonly parts?: number
  /** Makes all predicates, and the function that finds those of classes. */
  readonly predicates: (
    helpers: SourceHelpers,
    values: readonly unknown[],
  ) => { readonly all: readonly Predicate[]; readonly dispatch?: Dispatch }
  /** The values that are passed to `predicates`. Default: none. */
  readonly values?: readonly CompiledValue[]
  readonly models: readonly CompiledModel[]
  /** Returns the omitted references of a row. Set only if a model has `references`. */
  readonly leftOut?: (row: object, references: References) => readonly string[]
  /** The constants that predicates read. */
  readonly constants: readonly string[]
  /**
   * All actions, and whether rules accept any other one; null if rules compare actions with data.
   */
  readonly actions: { readonly names: readonly string[]; readonly isWild: boolean } | null
  /** Plans by class of actor, then by class of resource. */
  readonly plans: readonly (readonly [actor: KindName, ofActor: readonly PlansOfResource[]])[]
}

export interface CompiledModel {
  readonly name: string
  /** The model's key, even if it is inherited. */
  readonly key?: readonly string[]
  /** The model itself and the models that it extends. Default: only itself. */
  readonly ancestors?: readonly string[]
  /** Its relations to one row, and the columns that refer to that row. */
  readonly references?: References
  /** Whether its rows are instances of a class, which the application must pass. */
  readonly hasClass: boolean
}

/** The name of a model; null for nil. */
export type KindName = string | null

/**
 * The plans of resource classes. An action that is not listed has the plan of the actions that the
 * policy does not name. A check without a plan is always false.
 */
export type PlansOfResource = readonly [resources: readonly KindName[], plans: readonly CompiledPlan[]]

export interface CompiledPlan {
  /** Null for every action that the policy does not name. */
  readonly action: string | null
  /** The index of the predicate. Undefined if the plan needs the machine, or is always false. */
  readonly at?: number
  /** Why the plan needs the machine. A plan with neither this nor `at` is always false. */
  readonly why?: string
}

export type CompiledValue =
  | { readonly value: unknown }
  /** The class of a model. */
  | { readonly class: string }
  /** A constant of the application. */
  | { readonly constant: string }
  /** A goal that needs the machine: the rule and its position. */
  | { readonly goal: string }
