import { AsyncLocalStorage } from 'node:async_hooks'
import type { AsyncContext, Enforcement } from '@arcturus/core/framework'
import { cache } from 'react'
import type { RequestSource } from './source.js'

/** What is remembered while one page is rendered. */
export interface Rendering<Actor> {
  begun: Promise<Enforcement<RequestSource, Actor>> | undefined
  enforcement: Enforcement<RequestSource, Actor> | undefined
}

/**
 * Where Next keeps what belongs to one request: handlers and actions are run in an asynchronous context, and a page that is rendered
 * has the memory of React's `cache`.
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

  /** The page that is being rendered; undefined elsewhere, where `cache` remembers nothing. */
  rendering(): Rendering<Actor> | undefined {
    const slot = this.#slot()
    return slot === this.#slot() ? slot : undefined
  }
}
