import type { NextFunction, Request, RequestHandler } from 'express-serve-static-core'

/**
 * Returns a function that returns whether the request is still with the handlers right behind a middleware: on a route those of the
 * route, else the next handler of the router. If that handler does not match the request, there are none.
 *
 * Express assigns `params` anew for each route and each handler of `use` that a request enters, so the object identifies them.
 *
 * @param next - The function that the middleware received.
 * @param middleware - The middleware itself, by which its place in the router is found.
 */
export function handlersBehind(request: Request, next: NextFunction, middleware: RequestHandler): () => boolean {
  let entered: unknown = request.params
  // On a route `next` goes on within the route.
  const isOnRoute = next !== request.next
  if (!isOnRoute) {
    const behind = layerBehind(request, middleware)
    onNextAssignment(request, 'params', (params) => {
      if (behind && isEntered(behind, request)) entered = params
    })
  }
  return () => request.params === entered
}

/** The place of a handler or a route in a router of Express. */
interface Layer {
  readonly handle?: { readonly stack?: readonly Layer[] }
  readonly route?: unknown
  match(path: string): unknown
}

/** The layer right behind the one of a middleware. There is none if the middleware stands in several places, or in none that is known. */
function layerBehind({ app }: Request, middleware: unknown): Layer | undefined {
  // Express 4 throws for `router`. Sound: Express has no other routers.
  const router = (Reflect.get(app, '_router') ?? Reflect.get(app, 'router')) as Layer['handle']
  const stacks = new Set<readonly Layer[]>(router?.stack ? [router.stack] : [])
  const places: [stack: readonly Layer[], at: number][] = []
  // A set that grows while it is walked is walked to its end.
  for (const stack of stacks) {
    for (const [at, { handle }] of stack.entries()) {
      if (handle === middleware) places.push([stack, at])
      if (Array.isArray(handle?.stack)) stacks.add(handle.stack)
    }
  }
  const [place] = places
  return place && places.length === 1 ? place[0][place[1] + 1] : undefined
}

/** Whether a router enters that layer, asked when it enters the first layer behind a middleware. */
function isEntered(layer: Layer, request: Request): boolean {
  if (layer.route) return request.route === layer.route
  try {
    return Boolean(layer.match(request.path))
  } catch {
    // Express 4 throws for a parameter that it can't decode, and enters no such layer.
    return false
  }
}

/** Calls back with the value that a property is assigned next, and leaves the property as it was otherwise. */
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
