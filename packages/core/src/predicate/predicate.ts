import type { Condition } from '../condition/condition.js'
import { partsOf } from '../condition/cost.js'
import type { Running } from '../schema/context.js'
import type { Decision } from '../values/semantics.js'
import { Budget } from './budget.js'
import type { Meaning } from './meaning.js'

/**
 * A compiled condition. Returns true or false; in any other case it returns undefined or throws
 * `bail`, and the machine takes over.
 */
export interface Predicate {
  (actor: unknown, action: unknown, resource: unknown): Decision
  readonly many?: DecideMany
}

/**
 * Decides consecutive resources of one class, beginning at `from`.
 * @returns The index at which it stopped: behind a resource whose evaluation met errors, which are recorded; at a
 * resource of another class, or at one for the machine.
 */
export type DecideMany = (
  actor: unknown,
  action: unknown,
  resources: readonly unknown[],
  from: number,
  answers: (boolean | undefined)[],
) => number

/** Compiles a condition to a function. */
export type CompilePredicate = (condition: Condition, meaning: Meaning) => Predicate

/** Decides the checks of known classes and actions; undefined for any other. */
export type Dispatch = (actor: unknown, action: unknown, resource: unknown) => boolean | undefined

/** The functions that find predicates faster than a table. */
export interface Dispatcher {
  readonly dispatch: Dispatch
  /** Returns a function that decides whole checks. */
  readonly enter: (entrance: Entrance) => Enter
}

/**
 * Decides a check that begins now and needs nothing rare. Otherwise it returns undefined, before it evaluates anything.
 * @param by - The decider that begins the check.
 */
export type Enter = (by: Entering, actor: unknown, action: string, resource: unknown) => boolean | undefined

/** A decider that begins a check. */
export interface Entering {
  /** The evaluation of its checks. */
  readonly shared: Running['current']
  /** Goes on with a check that is running. */
  resume(policy: unknown, known: Resumed, actor: unknown, action: string, resource: unknown): boolean
}

/** The decision of a predicate, or what it threw. */
export type Resumed = boolean | undefined | { readonly error: unknown }

/** The state that a check of one policy reads before it begins, and the counter of such checks. */
export interface Entrance {
  readonly policy: unknown
  readonly schema: { readonly change: number }
  /** The change of the schema since which the policy is active. Checks after another change are not decided. */
  readonly change: number
  readonly watching: { readonly watchers: readonly unknown[] }
  readonly statistics: { predicate: number }
}

/** Predicates by the class of the actor, the class of the resource, and the action. */
export type PredicatesOfClasses = readonly (readonly [
  actor: unknown,
  resource: unknown,
  predicates: readonly (readonly [action: string, predicate: Predicate])[],
])[]

/** A back end: compiles conditions to functions. */
export interface BackEnd {
  readonly compile: CompilePredicate
  /** Compiles a condition for its first few checks: in less time, to a slower function. */
  readonly compileFirst?: CompilePredicate
  /**
   * Returns functions for many predicates, which find them faster than a table.
   * @param reads - What they read. They have no answer while all objects inherit one of these names.
   */
  readonly dispatch?: (predicates: PredicatesOfClasses, reads: ReadonlySet<string>) => Dispatcher | undefined
}

/** Returns a function that makes the budget of an evaluation. */
export function budgetFor(condition: Condition, { limits }: Meaning): () => Budget {
  return Budget.of(limits, partsOf(condition))
}
