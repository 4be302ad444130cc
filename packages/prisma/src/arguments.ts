import type { Choices } from './query/markers.js'

/** Arguments of a query, with the action that the actor must be allowed to do. */
export interface QueryArguments extends Choices {
  /** Default: the authorizer's `readAction`. */
  readonly action?: string
  readonly where?: object
}

/** No arguments of which the type says anything; Prisma's types take it wherever nothing is required. */
export type NoArguments = Record<never, never>

/** The arguments of a query as Prisma's types want them, without what is ours: results are inferred from them. */
export type Authorized<Args> = Writable<Omit<Args, 'where' | 'action' | keyof Choices>> & {
  where: Args extends { readonly where: infer Where } ? Writable<Where> : NoArguments
}

/** Literals are inferred as they stand only as `const`, which makes them readonly, which Prisma's types do not take. */
type Writable<Value> = Value extends Leaf
  ? Value
  : Value extends object
    ? { -readonly [Key in keyof Value]: Writable<Value[Key]> }
    : Value

/** Dates, bytes, decimals and functions are values, not structures. */
type Leaf = Date | ((...args: never[]) => unknown) | { readonly [Symbol.toStringTag]: string }
