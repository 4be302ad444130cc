import { sendBy, sendNowhere, sendWithin } from '../database/send.js'
import type { Arguments } from '../literal.js'
import { operationOf } from '../operations.js'
import { refuse } from '../refusal.js'
import { tagRows } from '../rows/rows.js'
import { type PrismaClientLike, property } from '../schema/fromClient.js'
import type { Tables } from '../schema/tables.js'
import type { Scope } from './answers.js'
import { afterNothing, findCursor, isFound } from './cursor.js'
import type { ModelQuery, Parameters } from './extension.js'
import type { Passed } from './markers.js'
import type { Resolver } from './resolve.js'
import type { Creations } from './upsert.js'

/**
 * Returns the function around every query of a guarded client. It inserts the filters and records
 * the models of the returned rows.
 */
export function guarding(
  client: PrismaClientLike,
  resolver: Resolver,
  creations: Creations,
  tables: Tables,
  base: BaseQueries,
): (query: ModelQuery) => Promise<unknown> {
  return async ({ model: given, operation, args, query, __internalParams }) => {
    const model = tables.nameOf(given)
    const send = (one: unknown): PromiseLike<unknown> => {
      if (!__internalParams) return query(one)
      return query(
        one,
        watched(__internalParams, (sent) => resolver.assertKept(sent, one)),
      )
    }
    const passed = base.passed(args)
    if (passed) {
      const result = await (passed.isUnguarded ? query(passed.args) : send(resolver.keeping(passed.args)))
      const isProven = __internalParams !== undefined && __internalParams.args === passed.args
      if (passed.isUnguarded)
        tagRows(tables, model, operation, passed.args, __internalParams?.dataPath, result, isProven)
      return result
    }
    const scope = scopeOf(client, __internalParams)
    const requests = resolver.requests(args)
    if (requests.length === 0) base.assertAllowed(model, operation, args)
    const assertAllowed = (of: string, way: string): void => base.assertAllowed(of, way, undefined)
    const resolve = (one: unknown) => resolver.resolve(one, model, operation, scope, assertAllowed)
    let resolved = await resolve(args)
    const { by, writes } = operationOf(operation)
    if (writes) base.assertMayWrite()
    if (requests.length > 0) {
      if (operation === 'upsert') await creations.authorize(args, model, requests, scope.mayLoad)
      const cursor = findCursor(args, model, operation, tables)
      if (cursor && !isFound(await send(await resolve(resolver.asking(requests, cursor))))) {
        // Sound: arguments with a filter request are an object.
        resolved = resolver.keeping(afterNothing(resolved as Arguments, model, tables))
      }
    }
    const result = await (resolved === args
      ? query(resolved)
      : filtered(send(resolved), tables.schema.provider === 'mysql' && writes === true && by !== undefined))
    // An extension behind this one gets a copy of the arguments, and can change what it passes on.
    const isProven = __internalParams !== undefined && __internalParams.args === resolved
    tagRows(tables, model, operation, resolved, __internalParams?.dataPath, result, isProven)
    return result
  }
}

/**
 * Returns the parameters of a query that call a function with the arguments that each extension
 * behind this one passes on, before anything else gets them.
 */
function watched(params: Parameters, see: (args: unknown) => void): Parameters {
  return Object.defineProperty({ ...params }, 'args', {
    get: () => params.args,
    set: (args: unknown) => {
      see(args)
      params.args = args
    },
    enumerable: true,
  })
}

/**
 * Awaits the result of a query with a filter.
 * @param isWrite - Whether the query writes to the rows of its filter, on MySQL or MariaDB.
 * @throws UnsupportedFilterError in place of Prisma's errors about what a filter and its query are
 * together
 */
export async function filtered(result: PromiseLike<unknown>, isWrite: boolean): Promise<unknown> {
  try {
    return await result
  } catch (error) {
    if (property(error, 'code') === 'P2029' || isDivided(error)) {
      return refuse(
        'too-large',
        'The query and its filter have more values than the database accepts, and a filter must not be divided.',
        undefined,
        'send several queries with fewer values each, or load fewer rows at once',
        error,
      )
    }
    if (isWrite && property(error, 'code') === 'P2022') {
      return refuse(
        'own-table',
        'Prisma cannot write on MySQL and MariaDB by a filter with a relation that leads back to the written table.',
        undefined,
        'in a transaction, find the keys with this filter and `select`, then write to these rows; if the filter has no such relation, the database lacks a column of the schema: see `cause`',
        error,
      )
    }
    if (property(error, 'code') === 'P2025') throw notFound(error)
    throw error
  }
}

/**
 * Returns Prisma's error for a row that it did not find, with the status by which Express and Koa respond with a 404: to
 * the client, a row that the filter leaves out does not exist.
 */
function notFound(error: unknown): unknown {
  // Sound: an error with a code is an object.
  return Object.assign(error as object, { status: 404, statusCode: 404, expose: false })
}

/** Whether Prisma divided a query for one row, and found a row by several parts. */
function isDivided(error: unknown): boolean {
  return error instanceof Error && error.message.includes('Expected zero or one element')
}

/** What becomes of queries that no filter guards. */
export interface BaseQueries {
  /** Returns the arguments to send as they are; undefined for all others. */
  passed(args: unknown): Passed | undefined
  /**
   * @throws UnsupportedOperationError if queries without a filter are refused; UnresolvedFilterError for the filter of another
   * authorization
   */
  assertAllowed(model: string, operation: string, args: unknown): void
  /** @throws UndecidedError if the current request has no decision yet */
  assertMayWrite(): void
}

/** Returns the scope of a query, by the transaction that it is part of. */
function scopeOf(client: PrismaClientLike, params: ModelQuery['__internalParams']): Scope {
  if (!params) return { mayLoad: true, send: sendNowhere }
  // A loaded row is not part of an interactive transaction: the load would not see its writes, or
  // would wait for its end.
  if (params.transaction?.kind === 'itx')
    return { mayLoad: false, looksAhead: true, send: sendWithin(client, params.transaction) }
  return { mayLoad: true, looksAhead: params.transaction === undefined, send: sendBy(client) }
}
