import type { Actor as SharedActor } from '@arcturus/core'
import type { RequestAuthorization } from '@arcturus/web'

/**
 * Extend it in your application: it declares the type of your actors for this package alone, so
 * that `request.authorization.actor` has it. `Register` of the core package declares it for all
 * packages.
 *
 * @example
 * declare module '@arcturus/fastify' {
 *   interface Register { actor: User }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications add to it
export interface Register {}

/** The registered type of actors: of this package, else of the core package, else `unknown`. */
export type Actor = Register extends { actor: infer A } ? A : SharedActor

declare module 'fastify' {
  interface FastifyRequest {
    /** The authorization of this request's actor. The plugin `authorize()` sets it. */
    authorization: RequestAuthorization<unknown, Actor>
  }
}
