import type { Arguments } from '../literal.js'
import { nameOf, refusedOperation } from './refused.js'
import type { Session } from './session.js'

/** Runs an operation that changes rows. */
export async function write(_session: Session, model: string, operation: string, _args: Arguments): Promise<unknown> {
  throw refusedOperation(`${nameOf({ name: model })}.${operation}`)
}
