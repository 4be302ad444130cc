import type { NextFunction, Request } from 'express-serve-static-core'

/**
 * The handlers right behind a middleware: on a route those of the route, else the next one of the router.
 *
 * Express assigns `params` anew for each route and each handler of `use` that a request enters, so that the object tells them apart.
 *
 * @param next - What the middleware was given.
 * @returns whether the request is still with these handlers.
 */
export function handlersBehind(request: Request, next: NextFunction): () => boolean {
  // On a route the function goes on within the route.
  const isOnRoute = next !== request.next
  let entered: unknown = request.params
  if (!isOnRoute) onNextAssignment(request, 'params', (params) => (entered = params))
  return () => request.params === entered
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
