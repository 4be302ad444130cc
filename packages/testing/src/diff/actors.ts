import type { Authorizer } from '@arcturus/core'
import { showObject } from '@arcturus/core/internal/testing'

type Values = Iterable<unknown> | AsyncIterable<unknown>

/**
 * The actors to compare, as they come: values, or a function that returns them. The function gets the
 * models whose rows have to be compared: the policies decide alike for all other actors, or as for an
 * anonymous user.
 */
export type Actors = Values | ((models: readonly string[]) => Values)

/** Returns the actors to compare. */
export function actorsOf(actors: Actors, { actorModels }: { readonly actorModels: () => readonly string[] }): Values {
  return typeof actors === 'function' ? actors(actorModels()) : actors
}

/** Returns an actor as summaries name it. */
export function actorText({ schema }: Authorizer, actor: unknown): string {
  return actor === null ? 'nobody' : showObject(schema, actor)
}
