import type { PrismaClientLike } from '../schema/fromClient.js'
import type { Parts } from './questions.js'

/** The names of the actions that operations need. */
export interface ActionNames {
  readonly read: string
  readonly create: string
  readonly update: string
  readonly delete: string
}

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
