import { delegateOf, type PrismaClientLike, property } from '../schema/fromClient.js'

/** Calls an operation of a client. */
export function call(client: PrismaClientLike, model: string, operation: string, args: object): PromiseLike<unknown> {
  const delegate = delegateOf(client, model)
  // Sound: delegates of every Prisma client have these operations.
  return Reflect.apply(property(delegate, operation) as (args: object) => PromiseLike<unknown>, delegate, [args])
}
