import { type RouteMark, routeMarkOf, routesToken } from '@arcturus/web/internal/routes'
import type { FastifyInstance, RouteOptions } from 'fastify'

/** A route, as `arcturus routes` lists it. */
interface Listed {
  readonly method: string
  readonly path: string
  readonly marks: readonly RouteMark[]
}

const stages = ['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const

/** Keeps the routes of an application for `arcturus routes`, which calls what it decorates the application with. */
export function listRoutes(app: FastifyInstance): void {
  if (app.hasDecorator(routesToken)) return
  const isComplete = app.printRoutes() === '(empty tree)'
  const routes: (readonly [instance: object, route: RouteOptions])[] = []
  app.addHook('onRoute', function (route) {
    routes.push([this, { ...route }])
  })
  app.decorate(routesToken, () => {
    if (!isComplete)
      throw new Error('Routes were registered before authorize(): write `await app.register(authorize())` before them.')
    return routes.flatMap(([instance, route]) => {
      const marks = [hooksOf(instance), route].flatMap(marksIn)
      return methodsOf(route).map((method): Listed => ({ method, path: route.url, marks }))
    })
  })
}

/** Returns the methods that need a declaration: the HEAD of a GET has its hooks, and a preflight has no body. */
function methodsOf({ method }: RouteOptions): readonly string[] {
  const methods = [method].flat()
  return methods.includes('GET') && methods.includes('TRACE')
    ? ['ALL']
    : methods.filter((one) => one !== 'HEAD' && one !== 'OPTIONS')
}

/** Returns the hooks of an instance, which Fastify keeps by a symbol. */
function hooksOf(instance: object): object {
  const key = Object.getOwnPropertySymbols(instance).find(({ description }) => description === 'fastify.hooks')
  const hooks: unknown = key && Reflect.get(instance, key)
  return typeof hooks === 'object' && hooks !== null ? hooks : {}
}

function marksIn(hooks: object): readonly RouteMark[] {
  return stages.flatMap((stage) => [Reflect.get(hooks, stage)].flat()).flatMap((hook) => routeMarkOf(hook) ?? [])
}
