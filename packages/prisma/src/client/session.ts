import { type ActionNames, turnsOf, type WriteRecord } from '@arcturus/writes/internal/prisma'
import { unsupportedOperation } from '../errors.js'
import type { Arguments } from '../literal.js'
import { type PrismaClientLike, property } from '../schema/fromClient.js'
import type { Parts } from './questions.js'
import type { TransactionOptions } from './types.js'

/** The actor of a client, and where its operations are sent. */
export interface Session {
  readonly parts: Parts
  readonly actor: unknown
  readonly actions: (model: string) => ActionNames
  readonly refusesRequired: boolean
  readonly trustsCascades: boolean
  /** The base client, or the client of a transaction. */
  readonly client: PrismaClientLike
  readonly isTransaction: boolean
  readonly log: (message: string) => void
  /** The decisions of the write; undefined outside of one. */
  readonly record?: WriteRecord<Arguments> | undefined
}

/** Runs a query; within a transaction, after its writes. */
export function reading<Result>({ client, isTransaction }: Session, run: () => Promise<Result>): Promise<Result> {
  return isTransaction ? turnsOf(client).read(run) : run()
}

/**
 * Runs a function in a transaction of a session's client; within a transaction, alone and in a savepoint, so
 * that a refusal undoes its statements alone.
 */
export async function transaction<Result>(
  session: Session,
  run: (session: Session) => Promise<Result>,
  options?: TransactionOptions,
): Promise<Result> {
  const { client: outer, isTransaction } = session
  const begin = property(outer, '$transaction')
  if (typeof begin !== 'function') {
    throw unsupportedOperation('This client cannot begin a transaction.', {
      hint: 'pass the client of a transaction of Prisma 7.5 or newer, or open it with `client.$transaction` of the authorized client',
    })
  }
  const work = (client: PrismaClientLike): Promise<Result> => run({ ...session, client, isTransaction: true })
  // Sound: a transaction resolves to what its function returns.
  const begun = () => Reflect.apply(begin, outer, options ? [work, options] : [work]) as Promise<Result>
  return await (isTransaction ? turnsOf(outer).write(begun) : begun())
}
