import type { Application } from 'express-serve-static-core'

/** The place of a handler or a route in an Express router. */
export interface Layer {
  readonly handle?: Partial<Router> & { readonly name?: string }
  readonly route?: unknown
  match(path: string): unknown
}

/** An Express router. */
export interface Router {
  readonly stack: readonly Layer[]
  readonly caseSensitive?: boolean | undefined
}

/** Returns the router of an application and, as far as they can be found, the routers in it. */
export function routersOf(app: Application): ReadonlySet<Router> {
  // Express 4 throws for `router`. Sound: Express has no other routers.
  const router = (Reflect.get(app, '_router') ?? Reflect.get(app, 'router')) as Router | undefined
  const routers = new Set(router?.stack ? [router] : [])
  // Iteration of a set includes the elements added during it.
  for (const { stack } of routers) for (const { handle } of stack) if (isRouter(handle)) routers.add(handle)
  return routers
}

function isRouter(handle: Layer['handle']): handle is Router {
  return Array.isArray(handle?.stack)
}

/**
 * Returns whether a case-sensitive application contains a router that is not, which is the default
 * of `express.Router()`. A mounted application can be one, too.
 */
export function hasOtherRouters(app: Application): boolean {
  return [...routersOf(app)].some(
    ({ stack, caseSensitive }) => !caseSensitive || stack.some(({ handle }) => handle?.name === 'mounted_app'),
  )
}
