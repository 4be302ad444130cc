import type { Budget, BudgetLimits } from '../predicate/budget.js'
import type { Predicate } from '../predicate/compiler.js'
import type { MakeHelpers, SourceHelpers } from '../predicate/emit/helpers.js'
import type { References } from '../schema/partial.js'

/** What a module that `compilePolicy` wrote consists of. */
export interface CompiledPolicy {
  /** Of this form. */
  readonly format: 1
  /** Makes helpers that only some predicates need. */
  readonly helpers: MakeHelpers
  /** What begins the account of an evaluation; undefined where none counts its steps. */
  readonly budget?: (limits: Partial<BudgetLimits> | undefined, parts: number) => () => Budget
  readonly models: readonly CompiledModel[]
  /** The constants that predicates read. */
  readonly constants: readonly string[]
  /** The texts that the policy speaks of: an action that is not among them is one that nobody named. */
  readonly words: readonly string[]
  /** By kind of actor and of resource. */
  readonly plans: readonly (readonly [actor: KindName, ofActor: readonly PlansOfResource[]])[]
}

export interface CompiledModel {
  readonly name: string
  /** Its key, also where a class declares it that it extends. */
  readonly key?: readonly string[]
  /** Itself, and the models that it extends, where there are any. */
  readonly ancestors?: readonly string[]
  /** Its relations to one row, and the columns that refer to it. */
  readonly references?: References
  /** Whether its rows are instances of a class, which the application gives. */
  readonly hasClass: boolean
}

/** The name of a model; nil as null. */
export type KindName = string | null

/** What is missing among the plans is always false. */
export type PlansOfResource = readonly [resource: KindName, plans: readonly CompiledPlan[]]

export interface CompiledPlan {
  /** Null for every action that the policy does not name. */
  readonly action: string | null
  /** Undefined where only the machine can answer. */
  readonly make?: (helpers: SourceHelpers, values: readonly unknown[]) => Predicate
  readonly values?: readonly CompiledValue[]
  /** How many parts of the condition a step can take, where an evaluation counts its steps. */
  readonly parts?: number
  /** Why only the machine can answer. */
  readonly why?: string
}

export type CompiledValue =
  | { readonly value: unknown }
  /** The class of a model. */
  | { readonly class: string }
  /** What only the machine can answer: the rule and where it stands. */
  | { readonly goal: string }
