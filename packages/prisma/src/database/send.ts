import { refuse } from '../refusal.js'
import { property } from '../schema/fromClient.js'

/**
 * A query for the keys of the rows that satisfy a condition, in the form of Prisma's `$queryRaw`.
 */
export interface IdQuery {
  /** The SQL between its values. */
  readonly texts: readonly string[]
  readonly values: readonly unknown[]
  readonly model: string
}

/**
 * Sends a query for keys.
 * @returns the rows as the database returned them
 */
export type Send = (query: IdQuery) => Promise<readonly object[]>

/** Sends by a client, outside of all transactions except one that is the client itself. */
export function sendBy(client: unknown): Send {
  return async (query) => await rawQuery(client, query)
}

/**
 * Sends each query once: equal queries from several places of one application query share their
 * result.
 */
export function sendOnce(send: Send): Send {
  const sent: { readonly query: IdQuery; readonly rows: Promise<readonly object[]> }[] = []
  return (query) => {
    const known = sent.find((one) => sameList(one.query.texts, query.texts) && sameList(one.query.values, query.values))
    if (known) return known.rows
    const rows = send(query)
    sent.push({ query, rows })
    return rows
  }
}

function sameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value, at) => Object.is(value, other[at]))
}

/**
 * Sends within the interactive transaction of another query. Outside of it the transaction's writes
 * are invisible, and on SQLite no query can run outside of it.
 * @param transaction - Prisma's description of it for extensions; not part of its public API
 */
export function sendWithin(client: unknown, transaction: unknown): Send {
  return async (query) => {
    const pending = rawQuery(client, query)
    const join = property(pending, 'requestTransaction')
    if (typeof join !== 'function') {
      return refuse('transaction', 'This version of Prisma cannot look rows up within a transaction.', undefined)
    }
    return await Reflect.apply(join, pending, [transaction])
  }
}

/** Refuses to send if it is unknown whether there is a transaction. */
export const sendNowhere: Send = () =>
  refuse('transaction', 'This version of Prisma does not show whether a query is part of a transaction.', undefined)

function rawQuery(client: unknown, { texts, values }: IdQuery): PromiseLike<readonly object[]> {
  const method = property(client, '$queryRaw')
  if (typeof method !== 'function') {
    return refuse('no-client', 'This filter looks rows up, which needs a Prisma client.', undefined)
  }
  // The form of a template: the parts between the texts are sent as values.
  return Reflect.apply(method, client, [Object.assign([...texts], { raw: texts }), ...values])
}
