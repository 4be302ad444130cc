import type { NextFunction, Request, RequestHandler } from 'express-serve-static-core'
import { type Layer, routersOf } from './routers.js'

/**
 * Returns a function that returns whether the request is still in the handlers right behind a
 * middleware. On a route these are the handlers of the route, else the next handler of the router.
 * If that handler does not match the request, there are none.
 *
 * Express assigns `params` anew for each route and each `use` handler that a request enters, so the
 * object identifies them.
 *
 * @param next - The function that the middleware received.
 * @param middleware - The middleware itself, to find its place in the router.
 */
export function handlersBehind(request: Request, next: NextFunction, middleware: RequestHandler): () => boolean {
  let entered: unknown = request.params
  // On a route, `next` continues within the route.
  const isOnRoute = next !== request.next
  if (!isOnRoute) {
    const behind = layerBehind(request, middleware)
    onNextAssignment(request, 'params', (params) => {
      if (behind && isEntered(behind, request)) entered = params
    })
  }
  return () => request.params === entered
}

/**
 * Returns the layer right behind the one of a middleware, or undefined if the middleware has no
 * known place or several.
 */
function layerBehind({ app }: Request, middleware: unknown): Layer | undefined {
  const places: [stack: readonly Layer[], at: number][] = []
  for (const { stack } of routersOf(app)) {
    for (const [at, { handle }] of stack.entries()) if (handle === middleware) places.push([stack, at])
  }
  const [place] = places
  return place && places.length === 1 ? place[0][place[1] + 1] : undefined
}

/**
 * Returns whether a router enters a layer. Call it when the router enters the first layer behind a
 * middleware.
 */
function isEntered(layer: Layer, request: Request): boolean {
  if (layer.route) return request.route === layer.route
  try {
    return Boolean(layer.match(request.path))
  } catch {
    // Express 4 throws for a parameter that it can't decode, and does not enter the layer.
    return false
  }
}

/**
 * Calls `assigned` with the next value that a property is assigned, and otherwise keeps the
 * property unchanged.
 */
function onNextAssignment(object: object, name: string, assigned: (value: unknown) => void): void {
  const before: unknown = Reflect.get(object, name)
  const become = (value: unknown): void => {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
  }
  Object.defineProperty(object, name, {
    get: () => before,
    set: (value: unknown) => {
      become(value)
      assigned(value)
    },
    enumerable: true,
    configurable: true,
  })
}
