import { routeMarkOf } from '@arcturus/web/internal/routes'
import { declaredIn, declaredRoutes, marksOf, type Route, type Step, shownMethods } from './route.js'

/** A Koa application, as far as it is read. */
interface Application {
  readonly middleware: readonly unknown[]
}

/** A router of `@koa/router`. It holds the layers of the routers in it, with their whole paths. */
interface Router {
  readonly stack: readonly Layer[]
}

interface Layer {
  readonly path: string | RegExp
  /** Empty for middleware. */
  readonly methods: readonly string[]
  readonly stack: readonly unknown[]
  match(path: string): boolean
}

/** Returns whether a value is a Koa application. */
export function isKoa(value: unknown): value is Application {
  return typeof value === 'object' && value !== null && 'middleware' in value && Array.isArray(value.middleware)
}

/** Returns whether a value is a router of `@koa/router`. */
export function isKoaRouter(value: unknown): value is Router {
  return typeof value === 'object' && value !== null && 'stack' in value && Array.isArray(value.stack)
}

/** Returns the routes of an application or a router. */
export function koaRoutes(value: Application | Router): readonly Route[] {
  return declaredRoutes(isKoa(value) ? value.middleware.map(stepOf) : value.stack.map(stepOfLayer))
}

function stepOf(middleware: unknown): Step {
  const declared = declaredIn(middleware, (inner) => {
    const router: unknown = typeof inner === 'function' ? Reflect.get(inner, 'router') : undefined
    return isKoaRouter(router) ? koaRoutes(router) : []
  })
  return { ...declared, isExemptible: false, covers: () => true }
}

function stepOfLayer(layer: Layer): Step {
  const path = String(layer.path)
  const routes = shownMethods(layer.methods).map((method) => ({ method, path, marks: marksOf(layer.stack) }))
  const marks = routes.length > 0 ? [] : layer.stack.flatMap((one) => routeMarkOf(one) ?? [])
  return { routes, marks, isExemptible: false, covers: (path) => layer.match(path) }
}
