import { type Authority, authorizeMark } from '@arcturus/web'
import type { RouteMark } from '@arcturus/web/internal/routes'
import { RequestMethod } from '@nestjs/common'
import type { ApplicationConfig, ModulesContainer } from '@nestjs/core'
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js'
import { declarationsOf, type Handler, handlersOf, reasonOf } from './declarations.js'

/** An application of NestJS, as far as it is read: its modules are there before it listens. */
export interface Application {
  readonly container: { getModules(): ModulesContainer }
  readonly config: ApplicationConfig
}

/** A route, a query or mutation of GraphQL, or a message, with what its handler declares. */
export interface DeclaredRoute {
  readonly method: string
  readonly path: string
  readonly marks: readonly RouteMark[]
}
type Entry = Omit<DeclaredRoute, 'marks'>

/** Returns what handlers answer from outside: the routes of controllers, then resolvers and messages. */
export function routesOf(
  { container, config }: Application,
  authorizer: Pick<Authority, 'schema'>,
): readonly DeclaredRoute[] {
  const modules = [...container.getModules().values()]
  const pathKey = `__module_path__${container.getModules().applicationId}`
  const routes = modules.flatMap(({ metatype, controllers }) => {
    const modulePath: string | undefined = Reflect.getMetadata(pathKey, metatype)
    return handlersOf(controllers.values()).map(
      (handler) => [handler, httpRoutes(handler, config, modulePath)] as const,
    )
  })
  const all = modules.flatMap(({ controllers, providers }) => [...controllers.values(), ...providers.values()])
  const others = handlersOf(all).map((handler) => [handler, messages(handler)] as const)
  return [...routes, ...others].flatMap(([handler, entries]) => {
    const marks = marksOf(handler, authorizer)
    return entries.map((entry) => ({ ...entry, marks }))
  })
}

function marksOf(handler: Handler, authorizer: Pick<Authority, 'schema'>): readonly RouteMark[] {
  const reason = reasonOf(handler)
  const authorize = declarationsOf(handler).map((one) =>
    authorizeMark(one.action, one.subject, {
      model: one.options.model ?? authorizer.schema.modelOfClass(one.subject)?.name,
    }),
  )
  return reason === undefined ? authorize : [{ kind: 'unguarded', reason }, ...authorize]
}

function httpRoutes(handler: Handler, config: ApplicationConfig, modulePath = ''): readonly Entry[] {
  const [ofClass, ofMethod] = [reader(handler.class), reader(handler.method)]
  if (ofMethod('path') === undefined) return []
  const versioning = config.getVersioning()
  const place = {
    globalPrefix: config.getGlobalPrefix(),
    modulePath,
    // A path is a text or a list of texts.
    ctrlPath: ofClass('path'),
    methodPath: ofMethod('path'),
    controllerVersion: ofClass('__version__') ?? versioning?.defaultVersion,
    methodVersion: ofMethod('__version__'),
    ...(versioning && { versioningOptions: versioning }),
  }
  const method: RequestMethod = ofMethod('method')
  return new RoutePathFactory(config).create(place, method).map((path) => ({ method: RequestMethod[method]!, path }))
}

/** Returns a resolver or a message. Resolvers of fields belong to those of queries. */
function messages({ method: handler }: Handler): readonly Entry[] {
  const get = reader(handler)
  const type = get('graphql:resolver_type')
  if (['Query', 'Mutation', 'Subscription'].includes(type))
    return [{ method: type.toUpperCase(), path: get('graphql:resolver_name') ?? handler.name }]
  const patterns: readonly unknown[] = get('websockets:message_mapping')
    ? [get('message')]
    : (get('microservices:pattern') ?? [])
  const method = get('microservices:handler_type') === 2 ? 'EVENT' : 'MESSAGE'
  return patterns.map((path) => ({ method, path: typeof path === 'string' ? path : JSON.stringify(path) }))
}

/** Returns a function that reads what the decorators of NestJS have set. */
// biome-ignore lint/suspicious/noExplicitAny: each key has a type of its own
function reader(target: object): (key: string) => any {
  return (key) => Reflect.getMetadata(key, target)
}
