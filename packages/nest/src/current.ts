import { AsyncLocalStorage } from 'node:async_hooks'
import type { Actor } from '@arcturus/core'
import type { Enforcement } from '@arcturus/web'
import type { Call } from './call.js'
import type { Parameters } from './options.js'

/** A call whose enforcement has begun. */
export interface Entered extends Call {
  readonly enforcement: Enforcement<object, Actor>
  /** The parameters that pipes have changed so far. */
  readonly changed: Record<string, unknown>
  /** How many parameters have passed their pipes. */
  passed: number
  /**
   * Checks the rows that parameters name.
   *
   * @throws {AuthorizationError} The actor may not.
   */
  check(parameters: Parameters): Promise<void>
}

/** The call whose handler runs. */
export const current: AsyncLocalStorage<Entered> = new AsyncLocalStorage()
