import type { Actor, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import type { RequestAuthorization } from '@arcturus/web'

declare const resourceType: unique symbol
declare const policyTypes: unique symbol

/**
 * Carries the type of the loaded row from `authorize(action, loader)` to the handlers of the same
 * route. It is a type of `res.locals`, which Express infers over all handlers of a route. No such
 * property exists at run time.
 */
export interface AllowedResource<Row, P extends PolicyTypes = RegisteredPolicy> {
  readonly [resourceType]?: Row
  readonly [policyTypes]?: P
}

/** Extracts the row's type from a handler's locals: `unknown` if the route itself has no loader. */
type ResourceIn<Locals> = Locals extends { readonly [resourceType]?: infer Row }
  ? unknown extends Row
    ? unknown
    : NonNullable<Row>
  : unknown

/** Extracts the names of the authorizer's policy from a handler's locals. */
type PolicyIn<Locals> = Locals extends { readonly [policyTypes]?: infer P }
  ? NonNullable<P> extends infer Q extends PolicyTypes
    ? Q
    : RegisteredPolicy
  : RegisteredPolicy

declare global {
  namespace Express {
    interface Request {
      /**
       * The authorization of this request's actor. The first `authorize(…)` of the request sets it.
       */
      readonly authorization: RequestAuthorization<unknown, Actor>
    }
  }
}

declare module 'express-serve-static-core' {
  interface Request<P, ResBody, ReqBody, ReqQuery, LocalsObj> {
    readonly authorization: RequestAuthorization<ResourceIn<LocalsObj>, Actor, PolicyIn<LocalsObj>>
  }
}
