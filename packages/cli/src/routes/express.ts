import type { RouteMark } from '@arcturus/web/internal/routes'
import { declaredIn, declaredRoutes, joined, marksOf, type Route, type Step, shownMethods } from './route.js'

/** An Express application, as far as it is read. */
interface Application {
  readonly handle: unknown
  readonly set: unknown
  readonly lazyrouter?: unknown
  readonly parent?: unknown
  readonly mountpath?: string | readonly string[]
}

interface Router {
  readonly stack: readonly Layer[]
}

/** An entry of a router of Express 4 or 5. */
interface Layer {
  readonly name?: string
  readonly handle?: unknown
  readonly route?: ExpressRoute
  readonly slash?: boolean
  /** The path of the mount, in Express 5. */
  readonly rawPath?: unknown
  /** The pattern of the mount and the names of its parameters, in Express 4. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean }
  readonly keys?: readonly { readonly name: string | number }[]
  match(path: string): unknown
}

interface ExpressRoute {
  readonly path: unknown
  readonly stack: readonly { readonly method?: string | undefined; readonly handle: unknown }[]
}

/** Returns whether a value is an Express application. */
export function isExpress(value: unknown): value is Application {
  return typeof value === 'function' && 'handle' in value && 'set' in value && 'mountpath' in value
}

/** Returns whether a value is a router of Express. */
export function isExpressRouter(value: unknown): value is Router {
  return typeof value === 'function' && 'stack' in value && Array.isArray(value.stack)
}

/**
 * Returns the routes of an application or a router.
 *
 * @param applications - All applications that are known. Express keeps no reference to a mounted one.
 */
export function expressRoutes(value: unknown, applications: readonly unknown[]): readonly Route[] {
  const router = isExpress(value) ? routerOf(value) : isExpressRouter(value) ? value : undefined
  const unplaced = applications.filter((one): one is Application => isExpress(one) && one.parent === value)
  return declaredRoutes(
    (router?.stack ?? []).map(
      (layer): Step => ({
        ...(layer.route
          ? { routes: routesOn(layer.route), marks: [] }
          : declaredIn(layer.handle, (inner) => routesBelow(layer, inner, unplaced, applications))),
        isExemptible: layer.route !== undefined,
        covers: (path) => coversPath(layer, path),
      }),
    ),
  )
}

/** Returns the router of an application. Express 4 creates it with the first route, and throws for `router`. */
function routerOf(application: Application): Router | undefined {
  const name = application.lazyrouter ? '_router' : 'router'
  // Sound: Express has no other routers.
  return Reflect.get(application, name) as Router | undefined
}

function routesBelow(
  layer: Layer,
  handle: unknown,
  unplaced: Application[],
  applications: readonly unknown[],
): readonly Route[] {
  if (layer.name === 'mounted_app') {
    const at = unplaced.findIndex(({ mountpath }) => String(mountpath) === (mountsOf(layer).join(',') || '/'))
    const [mounted] = at < 0 ? [] : unplaced.splice(at, 1)
    if (!mounted) return mountsOf(layer).map((path) => ({ method: 'ALL', path, marks: [], isMounted: true }))
    return below(layer, expressRoutes(mounted, applications))
  }
  return below(layer, expressRoutes(handle, applications))
}

function below(layer: Layer, routes: readonly Route[]): readonly Route[] {
  if (routes.length === 0) return []
  return mountsOf(layer).flatMap((mount) => routes.map((route) => ({ ...route, path: joined(mount, route.path) })))
}

function routesOn({ path, stack }: ExpressRoute): readonly Route[] {
  /** Methods with the same declarations, such as all of `app.all`. */
  const groups: { readonly marks: readonly RouteMark[]; readonly methods: string[] }[] = []
  for (const method of new Set(stack.map((one) => one.method))) {
    const handlers = stack.filter((one) => one.method === undefined || one.method === method)
    const marks = marksOf(handlers.map(({ handle }) => handle))
    const same = groups.find(
      (one) => one.marks.length === marks.length && one.marks.every((mark, at) => mark === marks[at]),
    )
    const name = method?.toUpperCase() ?? 'ALL'
    if (same) same.methods.push(name)
    else groups.push({ marks, methods: [name] })
  }
  return [path]
    .flat(Number.POSITIVE_INFINITY)
    .flatMap((one) =>
      groups.flatMap(({ marks, methods }) =>
        shownMethods(methods).map((method) => ({ method, path: String(one), marks })),
      ),
    )
}

function coversPath(layer: Layer, path: string): boolean {
  try {
    return Boolean(layer.match(path))
  } catch {
    return false
  }
}

/** Returns the paths at which a layer is mounted. Some versions of Express 5 keep none. */
function mountsOf({ slash, rawPath, regexp, keys = [] }: Layer): readonly string[] {
  if (slash || regexp?.fast_slash) return ['/']
  if (rawPath !== undefined) return [rawPath].flat(Number.POSITIVE_INFINITY).map(String)
  return [regexp ? pathOf(regexp, keys) : '/…']
}

/** Returns the path that Express 4 made a pattern of, or the pattern itself if it has other parts. */
function pathOf(regexp: RegExp, keys: NonNullable<Layer['keys']>): string {
  let at = 0
  const path = regexp.source
    .replace(/^\^/, '')
    .replace('\\/?(?=\\/|$)', '')
    .replaceAll(/\(\?:(\\\/)?\(\[\^\\?\/\]\+\?\)\)/g, (_, slash) => `${slash ? '/' : ''}:${keys[at++]?.name}`)
    .replaceAll(/\\([/.-])/g, '$1')
  return /[\\()[\]^$*+?|]/.test(path) ? String(regexp) : path
}
