import { type RouteMark, routeMarkOf } from '@arcturus/web/internal/routes'

/** A route of an application. */
export interface Route {
  /** `ALL` if the route takes every method. */
  readonly method: string
  readonly path: string
  /** What its middleware declares; nothing if the route is not marked. */
  readonly marks: readonly RouteMark[]
  /** Whether this is a mounted application whose routes cannot be listed. */
  readonly isMounted?: boolean
}

/** An entry of a router, in the order in which requests enter them. */
export interface Step {
  /** The routes in it, by paths from here. */
  readonly routes: readonly Route[]
  /** What it declares for later entries. */
  readonly marks: readonly RouteMark[]
  /** Whether `unguarded(reason)` right before it, with no handler, exempts it. Routes in a router are not exempt. */
  readonly isExemptible: boolean
  /** Returns whether all requests for a path enter it. */
  readonly covers: (path: string) => boolean
}

/**
 * Returns the routes of a router with all that is declared for them: on the route, and by middleware
 * before it that every request for the route passes.
 */
export function declaredRoutes(steps: readonly Step[]): readonly Route[] {
  const before: Step[] = []
  return steps.flatMap((step, at) => {
    const previous = steps[at - 1]
    const routes = step.routes.map((route) => {
      const covering = before.filter(({ covers }) => variants(route.path).every(covers))
      const marks = covering.flatMap((one) =>
        one.marks.filter((mark) => isDeclaredFor(mark, step.isExemptible && one === previous)),
      )
      return { ...route, marks: [...marks, ...route.marks] }
    })
    before.push(step)
    return routes
  })
}

/** `unguarded(reason)` is for the next entry alone, and with a handler for that handler alone. */
function isDeclaredFor(mark: RouteMark, isExempt: boolean): boolean {
  return mark.kind === 'authorize' || (!mark.handlers && isExempt)
}

/** Returns what a handler declares, and the routes in it. `unguarded(reason, handler)` is for all routes of its handler. */
export function declaredIn(
  handler: unknown,
  routesIn: (inner: unknown) => readonly Route[],
): Pick<Step, 'routes' | 'marks'> {
  const mark = routeMarkOf(handler)
  if (!mark) return { routes: routesIn(handler), marks: [] }
  if (mark.kind !== 'unguarded' || !mark.handlers) return { routes: routesIn(handler), marks: [mark] }
  const routes = mark.handlers.flatMap(routesIn).map((route) => ({ ...route, marks: [mark, ...route.marks] }))
  return { routes, marks: [mark] }
}

/** Returns what the middleware of a route declare, without those behind its last handler: a request rarely gets there. */
export function marksOf(handlers: readonly unknown[]): readonly RouteMark[] {
  const last = handlers.findLastIndex((handler) => !routeMarkOf(handler))
  return handlers.slice(0, last < 0 ? undefined : last).flatMap((handler) => routeMarkOf(handler) ?? [])
}

/** Returns the longest and the shortest path of a pattern with optional parts. */
function variants(path: string): readonly string[] {
  const shortest = path.replace(/\{[^{}]*\}/g, '').replace(/\/:\w+[?*]/g, '')
  return [path.replace(/[{}?]/g, ''), shortest || '/']
}

/** Joins the path of a mount and a path in it. */
export function joined(mount: string, path: string): string {
  return `${mount.replace(/\/$/, '')}${path === '/' ? '' : path}` || '/'
}

/** Returns the methods of a route without the HEAD that comes with GET; `ALL` in the place of all that Node.js knows. */
export function shownMethods(methods: readonly string[]): readonly string[] {
  const given = new Set(methods)
  if (given.has('GET') && given.has('TRACE')) return ['ALL']
  if (given.has('GET')) given.delete('HEAD')
  return [...given]
}
