import { refuse } from '../filter/refusal.js'
import { sendBy, sendNowhere, sendWithin } from '../filter/subquery/send.js'
import type { Tables } from '../filter/tables.js'
import type { Scope } from '../rows/answers.js'
import { tagRows } from '../rows/rows.js'
import { type PrismaClientLike, property } from '../schema/fromClient.js'
import { afterNothing, findCursor, isFound } from './cursor.js'
import type { ModelQuery } from './extension.js'
import type { Arguments } from './literal.js'
import { isPromise, type Resolver } from './resolve.js'
import type { Creations } from './upsert.js'

/** What stands around every query of an extended client: filters go in, and the rows that come out are known. */
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
    // Not awaited where nothing has to be waited for: Prisma puts queries of one tick together.
    let resolved = isPromise(resolving) ? await resolving : resolving
    const requests = resolver.requests(args)
    if (requests.length > 0) {
      if (operation === 'upsert') await creations.authorize(args, model, requests, scope.mayLoad)
      const cursor = findCursor(args, model, operation, tables)
      if (cursor && !isFound(await query(await resolve(resolver.asking(requests, cursor))))) {
        // Sound: arguments that ask for a filter are arguments.
        resolved = afterNothing(resolved as Arguments, model, tables)
      }
    }
    const result = await (resolved === args ? query(resolved) : filtered(query(resolved)))
    // An extension behind this one gets a copy of the arguments, and hands on what it likes.
    const isProven = __internalParams !== undefined && __internalParams.args === resolved
    tagRows(tables, model, operation, resolved, __internalParams?.dataPath, result, isProven)
    return result
  }
}

/** @throws UnsupportedFilterError in place of P2029: the filter and the query have too many values together */
async function filtered(result: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await result
  } catch (error) {
    if (property(error, 'code') !== 'P2029') throw error
    return refuse(
      'too-large',
      'This query and its filter have more values than the database takes, and the filter must not be divided.',
      undefined,
      'send several queries, each with a part of your own values, or load fewer rows at once',
    )
  }
}

/** What may be done before a query is sent, by the transaction that it is part of. */
function scopeOf(client: PrismaClientLike, params: ModelQuery['__internalParams']): Scope {
  if (!params) return { mayLoad: true, send: sendNowhere }
  // What is loaded is not part of an interactive transaction: it would not see its writes, or wait for its end.
  if (params.transaction?.kind === 'itx') return { mayLoad: false, send: sendWithin(client, params.transaction) }
  return { mayLoad: true, send: sendBy(client) }
}
