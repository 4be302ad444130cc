import { sendBy, sendNowhere, sendWithin } from '../database/send.js'
import type { Arguments } from '../literal.js'
import { refuse } from '../refusal.js'
import { tagRows } from '../rows/rows.js'
import { type PrismaClientLike, property } from '../schema/fromClient.js'
import type { Tables } from '../schema/tables.js'
import type { Scope } from './answers.js'
import { afterNothing, findCursor, isFound } from './cursor.js'
import type { ModelQuery } from './extension.js'
import type { Resolver } from './resolve.js'
import type { Creations } from './upsert.js'

/**
 * Returns the function around every query of an extended client. It inserts the filters and records
 * the models of the returned rows.
 */
export function guarding(
  client: PrismaClientLike,
  resolver: Resolver,
  creations: Creations,
  tables: Tables,
): (query: ModelQuery) => Promise<unknown> {
  return async ({ model, operation, args, query, __internalParams }) => {
    const scope = scopeOf(client, __internalParams)
    const resolve = (one: unknown): unknown => resolver.resolve(one, model, operation, scope)
    const resolving = resolve(args)
    // Awaited only if there is a promise: Prisma batches queries of one tick.
    let resolved = resolving instanceof Promise ? await resolving : resolving
    const requests = resolver.requests(args)
    if (requests.length > 0) {
      if (operation === 'upsert') await creations.authorize(args, model, requests, scope.mayLoad)
      const cursor = findCursor(args, model, operation, tables)
      if (cursor && !isFound(await query(await resolve(resolver.asking(requests, cursor))))) {
        // Sound: arguments with a filter request are an object.
        resolved = afterNothing(resolved as Arguments, model, tables)
      }
    }
    const result = await (resolved === args ? query(resolved) : filtered(query(resolved)))
    // An extension behind this one gets a copy of the arguments, and can change what it passes on.
    const isProven = __internalParams !== undefined && __internalParams.args === resolved
    tagRows(tables, model, operation, resolved, __internalParams?.dataPath, result, isProven)
    return result
  }
}

/**
 * @throws UnsupportedFilterError in place of P2029: the filter and the query have too many values
 * together
 */
async function filtered(result: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await result
  } catch (error) {
    if (property(error, 'code') !== 'P2029') throw error
    return refuse(
      'too-large',
      'The query and its filter have more values than the database accepts, and a filter must not be divided.',
      undefined,
      'send several queries with fewer values each, or load fewer rows at once',
    )
  }
}

/** Returns the scope of a query, by the transaction that it is part of. */
function scopeOf(client: PrismaClientLike, params: ModelQuery['__internalParams']): Scope {
  if (!params) return { mayLoad: true, send: sendNowhere }
  // A loaded row is not part of an interactive transaction: the load would not see its writes, or
  // would wait for its end.
  if (params.transaction?.kind === 'itx') return { mayLoad: false, send: sendWithin(client, params.transaction) }
  return { mayLoad: true, send: sendBy(client) }
}
