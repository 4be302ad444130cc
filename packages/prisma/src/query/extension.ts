import type { PrismaClientLike } from '../schema/fromClient.js'

/**
 * What `$extends` takes: `new PrismaClient(…).$extends(extension)`. It adds nothing to the client's types and changes no
 * result type.
 */
export type PrismaExtension = (client: PrismaClientLike) => {
  readonly $extends: { readonly extArgs: { result: None; model: None; query: None; client: None } }
}

type None = Record<never, never>

/** What Prisma hands to an extension for each query on a model. */
export interface ModelQuery {
  readonly model: string
  readonly operation: string
  readonly args: unknown
  query(args: unknown): PromiseLike<unknown>
  /** Not part of Prisma's public API: only read where it is there. */
  readonly __internalParams?: {
    /** Once the query is answered: the arguments that were sent. */
    readonly args?: unknown
    readonly dataPath?: unknown
    readonly transaction?: { readonly kind?: unknown }
  }
}

/** Extends a client by a function that stands around every query on a model. */
export function aroundQueries(
  client: PrismaClientLike,
  around: (query: ModelQuery) => Promise<unknown>,
): ReturnType<PrismaExtension> {
  const extension = { name: 'arcturus', query: { $allModels: { $allOperations: around } } }
  // Sound: a Prisma client has `$extends`, which takes extensions of this form and gives a client.
  return (client as { $extends(extension: unknown): unknown }).$extends(extension) as ReturnType<PrismaExtension>
}
