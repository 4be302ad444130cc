import { type RouteMark, routeMarkOf } from '@arcturus/web/internal/routes'
import type { Route } from './route.js'

/** An application of Hono, as far as it is read. It has the entries of applications in it, with their whole paths. */
interface Application {
  readonly routes: readonly Entry[]
}

/** A middleware or a handler, in the order in which requests enter them. */
interface Entry {
  readonly method: string
  readonly path: string
  readonly handler: unknown
}

/** Returns whether a value is an application of Hono. */
export function isHono(value: unknown): value is Application {
  return typeof value === 'object' && value !== null && 'routes' in value && 'fetch' in value && 'router' in value
}

/** Returns the routes of an application. */
export function honoRoutes({ routes: entries }: Application): readonly Route[] {
  return entries.flatMap((entry, at): readonly Route[] => {
    if (!endsRoute(entry, entries[at + 1])) return []
    const marks = entries.slice(0, at + 1).flatMap((one, before): readonly RouteMark[] => {
      const mark = covers(one, entry) ? routeMarkOf(targetOf(one)) : undefined
      if (!mark) return []
      // `unguarded(reason)` is for the next entry alone, and with a handler for that handler alone.
      const isDeclared = mark.kind === 'authorize' || before === (mark.handlers ? at : at - 1)
      return isDeclared ? [mark] : []
    })
    return [{ method: entry.method, path: entry.path, marks }]
  })
}

/** Returns the function that an application gave. Hono wraps those of an application that has its own error handler. */
function targetOf({ handler }: Entry): unknown {
  if (typeof handler !== 'function') return undefined
  const wrapped: unknown = Reflect.get(handler, '__COMPOSED_HANDLER')
  return wrapped === undefined ? handler : targetOf({ method: '', path: '', handler: wrapped })
}

/** Returns whether an entry is no middleware for later ones: Hono, too, knows middleware by its parameter `next`. */
function endsRoute(entry: Entry, next: Entry | undefined): boolean {
  const target = targetOf(entry)
  if (typeof target === 'function' && target.length < 2) return true
  return entry.method !== 'ALL' && (next?.method !== entry.method || next.path !== entry.path)
}

/** Returns whether every request for the entry of a route enters another entry. */
function covers({ method, path }: Entry, route: Entry): boolean {
  if (method !== 'ALL' && method !== route.method) return false
  if (path === route.path) return true
  const hasRest = path.endsWith('*')
  const [segments, others] = [path.replace(/\/?\*$/, '').split('/'), route.path.split('/')]
  if (hasRest ? others.length < segments.length : others.length !== segments.length) return false
  return segments.every((one, at) => one === others[at] || (/^:\w+$/.test(one) && !/[?*]$/.test(others[at] ?? '')))
}
