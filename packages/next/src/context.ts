import { AsyncLocalStorage } from 'node:async_hooks'
import type { Enforcement } from '@arcturus/web'
import type { AsyncContext } from '@arcturus/web/internal/next'
import { cache } from 'react'
import type { RequestSource } from './source.js'

/** The state of one page render. */
export interface Rendering<Actor> {
  begun: Promise<Enforcement<RequestSource, Actor>> | undefined
  enforcement: Enforcement<RequestSource, Actor> | undefined
}

/**
 * The storage of one request's enforcement. Handlers and actions run in an asynchronous context; a
 * page render has the memory of React's `cache`.
 */
export class ServingContext<Actor> implements AsyncContext<Enforcement<RequestSource, Actor>> {
  readonly #storage = new AsyncLocalStorage<Enforcement<RequestSource, Actor>>()
  readonly #slot: () => Rendering<Actor> = cache(() => ({ begun: undefined, enforcement: undefined }))

  getStore(): Enforcement<RequestSource, Actor> | undefined {
    return this.#storage.getStore() ?? this.rendering()?.enforcement
  }

  run<Result>(enforcement: Enforcement<RequestSource, Actor>, work: () => Result): Result {
    return this.#storage.run(enforcement, work)
  }

  /**
   * Returns the current page render, or undefined elsewhere, because `cache` remembers nothing
   * there.
   */
  rendering(): Rendering<Actor> | undefined {
    const slot = this.#slot()
    return slot === this.#slot() ? slot : undefined
  }
}
