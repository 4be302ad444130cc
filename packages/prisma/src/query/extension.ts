import type { PrismaClientLike } from '../schema/fromClient.js'

/** A query on a model, as Prisma passes it to an extension. */
export interface ModelQuery {
  readonly model: string
  readonly operation: string
  readonly args: unknown
  query(args: unknown, params?: Parameters): PromiseLike<unknown>
  /** Not part of Prisma's public API: read only if it is there. */
  readonly __internalParams?: Parameters
}

/** The parameters of a query. Each extension gets them from the one before. */
export interface Parameters {
  /** The arguments that were passed on last. */
  args?: unknown
  readonly dataPath?: unknown
  readonly transaction?: { readonly kind?: unknown }
}

/** The method by which a client tells that it is guarded: it returns arguments to pass. It is in no type. */
export const passKey = '$arcturus'

/**
 * Extends a client by a function around every query on a model.
 * @param passing - Returns the arguments that the function passes on unchanged.
 */
export function aroundQueries(
  client: PrismaClientLike,
  around: (query: ModelQuery) => Promise<unknown>,
  passing: (isUnguarded: boolean) => object,
): PrismaClientLike {
  const extension = {
    name: 'arcturus',
    query: { $allModels: { $allOperations: around } },
    client: { [passKey]: passing },
  }
  // Sound: a Prisma client has `$extends`, which takes extensions of this form and returns a
  // client.
  return (client as { $extends(extension: unknown): PrismaClientLike }).$extends(extension)
}
