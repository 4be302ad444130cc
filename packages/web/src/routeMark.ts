/** What a middleware declares about the routes that it is on. */
export type RouteMark =
  | { readonly kind: 'authorize'; readonly action: string; readonly model?: string | undefined }
  | {
      readonly kind: 'unguarded'
      readonly reason: string
      /** The handlers that alone are public, such as a router. Default: the next handler. */
      readonly handlers?: readonly unknown[]
    }

/** In the registry of all realms: the ESM and the CommonJS build read each other's marks. */
const key = Symbol.for('arcturus.route')

/**
 * Marks a middleware with what it declares, so that `arcturus routes` lists it.
 *
 * @returns The middleware.
 * @example
 * return markRoute(middleware, { kind: 'unguarded', reason: 'liveness' })
 */
export function markRoute<Middleware extends object>(middleware: Middleware, mark: RouteMark): Middleware {
  return Object.defineProperty(middleware, key, { value: mark })
}

/**
 * Returns the mark of `authorize(action, subject, options)`. The model is known if the subject or
 * the options name it.
 */
export function authorizeMark(action: string, subject: unknown, options?: { readonly model?: unknown }): RouteMark {
  const model = typeof subject === 'string' ? subject : options?.model
  return { kind: 'authorize', action, ...(typeof model === 'string' && { model }) }
}

/** Returns the mark of a middleware, or undefined if it declares nothing. */
export function routeMarkOf(middleware: unknown): RouteMark | undefined {
  if (typeof middleware !== 'function') return undefined
  // Sound: only `markRoute` sets the property.
  return Object.getOwnPropertyDescriptor(middleware, key)?.value as RouteMark | undefined
}

/**
 * The token of a provider of an application of NestJS: a function that takes the application and lists its routes, for
 * `arcturus routes`.
 */
export const routesToken: unique symbol = /* @__PURE__ */ Symbol.for('arcturus.routes')
