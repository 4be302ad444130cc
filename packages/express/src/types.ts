import type { Actor as SharedActor } from '@arcturus/core'
import type { RequestAuthorization } from '@arcturus/core/framework'

/**
 * Open for your application: names the type of your actors for this package alone (`Register` of the core package names it for
 * all), so that `req.authorization.actor` has it.
 *
 * @example
 * declare module '@arcturus/express' {
 *   interface Register { actor: User }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications add to it
export interface Register {}

/** The registered type of actors: here, or else with the core package; `unknown` if none is. */
export type Actor = Register extends { actor: infer A } ? A : SharedActor

declare const resourceType: unique symbol

/**
 * The type of the row that a loader found, on its way from `authorize(action, loader)` to the handlers of the same route: it
 * travels as a type of `res.locals`, which Express infers over all of a route's handlers. No such property exists.
 */
export interface AllowedResource<Row> {
  readonly [resourceType]?: Row
}

/** The row's type again, out of a handler's locals; `unknown` where no loader ran on the route itself. */
type ResourceIn<Locals> = Locals extends { readonly [resourceType]?: infer Row }
  ? unknown extends Row
    ? unknown
    : NonNullable<Row>
  : unknown

declare global {
  namespace Express {
    interface Request {
      /** The questions to ask about the actor of this request. Set by the first `authorize(…)` that the request meets. */
      readonly authorization: RequestAuthorization<unknown, Actor>
    }
  }
}

declare module 'express-serve-static-core' {
  interface Request<P, ResBody, ReqBody, ReqQuery, LocalsObj> {
    readonly authorization: RequestAuthorization<ResourceIn<LocalsObj>, Actor>
  }
}
