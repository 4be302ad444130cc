import type { RegExpEngine } from '@arcturus/core/internal/oso'
import type { Relation } from './relation.js'

/** A constructor. */
// biome-ignore lint/suspicious/noExplicitAny: the only type that every constructor is assignable to
export type Class<T = unknown> = new (...args: any[]) => T

// biome-ignore lint/suspicious/noExplicitAny: applications' checks declare the class that they take
export type IsaCheck = (instance: any) => boolean

export type EqualityFn = (x: unknown, y: unknown) => boolean

// biome-ignore lint/suspicious/noExplicitAny: as for `Class`
export type CustomError = new (...args: any[]) => Error

/** Options of `new Oso()`. */
export interface Options {
  /** Whether two objects are equal. Default: `defaultEqualityFn`. */
  equalityFn?: EqualityFn
  /**
   * Creates the regular expressions of policies, in linear time. Default: JavaScript's own; see
   * `RegExpEngine`.
   */
  regExp?: RegExpEngine
  /**
   * The rules that the application queries by name. A rule that nothing calls, and whose name is close
   * to one that is called, is a warning. Default: none.
   */
  queryRules?: readonly string[]
  /** Thrown by `authorize` if the actor may not read the resource. Default: `NotFoundError`. */
  notFoundError?: CustomError
  /** Thrown by the `authorize…` methods in all other cases. Default: `ForbiddenError`. */
  forbiddenError?: CustomError
  /** The action that decides between the two errors. Default: `read`. */
  readAction?: unknown
}

/** Options of `registerClass`. */
export interface ClassParams {
  /** The name of the class in policies. Default: its own name. */
  name?: string
  /** The types and relations of its fields. Data filtering needs them. */
  fields?: Readonly<Record<string, Class | Relation>> | Map<string, Class | Relation>
  /** Recognizes values that are not instances. */
  isaCheck?: IsaCheck
}

/** Options of `query` and `queryRule`. */
export interface QueryOpts {
  /**
   * Whether a variable that is only constrained results in an `Expression` instead of an error.
   * Default: false.
   */
  acceptExpression?: boolean
  /** Values of variables, by name. */
  bindings?: ReadonlyMap<string, unknown>
}

/** The results of a query, each a map from variables to values. */
export type QueryResult = AsyncGenerator<Map<string, unknown>, void, undefined>

/** A registered class. */
// biome-ignore lint/suspicious/noExplicitAny: adapters call static methods of the classes they know
export interface UserType<Type extends Class = any> {
  name: string
  cls: Type
  fields: Map<string, Class | Relation>
  isaCheck: IsaCheck
}

/** Registered classes by name and by class. */
export type HostTypes = Map<string | Class, UserType>
