import { AsyncLocalStorage } from 'node:async_hooks'
import type { Actor } from '@arcturus/core'
import type { RequestAuthorization } from '@arcturus/web'

/** The authorization of the call whose handler runs. */
export const current: AsyncLocalStorage<RequestAuthorization<unknown, Actor>> = new AsyncLocalStorage()
