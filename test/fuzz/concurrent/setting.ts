import type { Authorizer } from '@arcturus/core'
import type { Arrival } from './arrival.js'

/** What questions can be about: objects whose relations arrive, and the policies that answer. */
export interface Setting {
  readonly arrival: Arrival
  /** The policy that is loaded first, and the one that takes its place. */
  readonly policies: readonly [string, string]
  readonly actors: readonly unknown[]
  /** Of several classes. */
  readonly resources: readonly object[]
  readonly models: readonly string[]
  readonly actions: readonly string[]
  readonly fields: readonly string[]
  /** Makes everything known that the policies name. */
  register(authorizer: Authorizer): void
}
