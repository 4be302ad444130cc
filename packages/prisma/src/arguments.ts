import type { Action, Context } from '@arcturus/core'
import type { Choices } from './query/markers.js'

/** Arguments of a query, with the action that the actor must be allowed to do. */
export interface QueryArguments extends Choices {
  /** Default: the authorizer's `readAction`. */
  readonly action?: Action
  /** The context of the filter: the values of names that `authorizer.registerContext` declared. Default: none. */
  readonly context?: Context | undefined
  readonly where?: object
}

/**
 * Arguments without any known property. Prisma's types accept it wherever no argument is required.
 */
export type NoArguments = Record<never, never>

/**
 * The query's arguments for Prisma's types, without the options of this package. Prisma infers the
 * type of the result from them.
 */
export type Authorized<Args> = Writable<Omit<Args, 'where' | 'action' | 'context' | keyof Choices>> & {
  where: Args extends { readonly where: infer Where } ? Writable<Where> : NoArguments
}

/**
 * Removes `readonly`, which Prisma's types reject. Literal types are inferred only with `const`,
 * and `const` makes them readonly.
 */
type Writable<Value> = Value extends Leaf
  ? Value
  : Value extends object
    ? { -readonly [Key in keyof Value]: Writable<Value[Key]> }
    : Value

/** Dates, bytes, decimals and functions are values, not structures. */
type Leaf = Date | ((...args: never[]) => unknown) | { readonly [Symbol.toStringTag]: string }
