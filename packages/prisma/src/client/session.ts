import type { ActionNames } from '@arcturus/core/writes'
import { unsupportedOperation } from '../errors.js'
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
  /** Writes of one transaction run one after another: each is rolled back alone if it is refused. */
  readonly turns: { last: Promise<unknown> }
  readonly log: (message: string) => void
}

/** Returns the session of a transaction of its client. */
export function within(session: Session, client: PrismaClientLike): Session {
  return { ...session, client, isTransaction: true, turns: { last: Promise.resolve() } }
}

/**
 * Runs a function in a transaction of a session's client; within a transaction, in a savepoint, so
 * that a refusal undoes its statements alone.
 */
export function transaction<Result>(
  session: Session,
  run: (session: Session) => Promise<Result>,
  options?: TransactionOptions,
): Promise<Result> {
  if (!session.isTransaction) return begun(session, run, options)
  const turn = session.turns.last.then(() => begun(session, run, options))
  session.turns.last = turn.catch(() => {})
  return turn
}

async function begun<Result>(
  session: Session,
  run: (session: Session) => Promise<Result>,
  options?: TransactionOptions,
): Promise<Result> {
  const begin = property(session.client, '$transaction')
  if (typeof begin !== 'function') {
    throw unsupportedOperation('This client cannot begin a transaction.', {
      hint: 'pass the client of a transaction of Prisma 7.5 or newer, or open it with `client.$transaction` of the authorized client',
    })
  }
  const work = (client: PrismaClientLike) => run(within(session, client))
  // Sound: a transaction resolves to what its function returns.
  return await (Reflect.apply(begin, session.client, options ? [work, options] : [work]) as Promise<Result>)
}
