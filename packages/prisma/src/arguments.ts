import type { Action, Context, ModelName, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import type { Choices } from './query/markers.js'

/** Arguments of a query, with the action that the actor must be allowed to do. */
export interface QueryArguments<P extends PolicyTypes = RegisteredPolicy> extends Choices {
  /** Default: the authorizer's `readAction`. */
  readonly action?: Action<never, P>
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
export type Authorized<Args, P extends PolicyTypes = RegisteredPolicy> = Writable<
  Omit<Args, 'where' | 'action' | 'context' | keyof Choices>
> & {
  where: (Args extends { readonly where: infer Where } ? Writable<Where> : NoArguments) &
    (Args extends { readonly action: infer Action } ? OnlyFor<Action, P> : NoArguments)
}

/** A `where` that Prisma's types reject for the models that have no such action, by a column that only they have. */
type OnlyFor<Action, P extends PolicyTypes> =
  string extends ModelName<P>
    ? NoArguments
    : { AND?: never } & {
        [Column in Exclude<
          ColumnsOf<Exclude<ModelName<P>, ModelsWith<Action, P>>, P>,
          ColumnsOf<ModelsWith<Action, P>, P>
        >]?: Foreign
      }

type ModelsWith<Action, P extends PolicyTypes> = {
  [Name in ModelName<P>]: Action extends P['models'][Name]['actions'] ? Name : never
}[ModelName<P>]

type ColumnsOf<Names extends ModelName<P>, P extends PolicyTypes> = Names extends unknown
  ? P['models'][Names]['columns']
  : never

declare const foreign: unique symbol

/** The type of a column that the models of the action do not have. */
interface Foreign {
  readonly [foreign]: 'the model has no such action'
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
