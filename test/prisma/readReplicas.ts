import type { Client } from './documents.js'

/** What the queries of a Prisma extension get. */
interface Query {
  readonly model?: string
  readonly operation: string
  readonly args: unknown
  query(args: unknown): Promise<unknown>
  readonly __internalParams: { readonly transaction?: unknown }
}

/** Extends a client as `@prisma/extension-read-replicas` 0.5 does: reads outside of transactions go to a replica. */
export const readReplicas = (replica: Client) => (client: Client) =>
  client.$extends({
    client: { $primary: () => client },
    query: {
      $allOperations({ model, operation, args, query, __internalParams: { transaction } }: Query) {
        if (transaction || !/^(find|count|aggregate|groupBy)/.test(operation)) return query(args)
        const target: unknown = model ? Reflect.get(replica, model) : replica
        return Reflect.apply(Reflect.get(target as object, operation) as () => Promise<unknown>, target, [args])
      },
    },
  } as never) as unknown as Client
