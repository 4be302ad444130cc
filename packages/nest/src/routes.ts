import { authorizeMark, type RouteMark } from '@arcturus/core/framework'
import { RequestMethod, type Type } from '@nestjs/common'
import { type ApplicationConfig, MetadataScanner, type ModulesContainer } from '@nestjs/core'
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js'
import { declarationsOf, reasonOf } from './decorators.js'
import type { Serving } from './serving.js'

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

type Method = (...args: never) => unknown

/** A method of a controller or of a provider. */
interface Handler {
  readonly method: Method
  readonly class: Type
  readonly marks: readonly RouteMark[]
}

/** Returns what handlers answer from outside: the routes of controllers, then resolvers and messages. */
export function routesOf({ container, config }: Application, serving: Serving): readonly DeclaredRoute[] {
  const modules = container.getModules()
  const found = { routes: [] as DeclaredRoute[], others: [] as DeclaredRoute[] }
  const seen = new Set<unknown>()
  for (const { metatype, controllers, providers } of modules.values()) {
    const at: unknown = Reflect.getMetadata(`__module_path__${modules.applicationId}`, metatype)
    for (const { metatype: controller } of controllers.values())
      for (const handler of handlersOf(controller, serving))
        found.routes.push(...httpRoutes(handler, config, at as string | undefined))
    for (const { metatype: declared } of [...controllers.values(), ...providers.values()]) {
      // A provider of several modules answers once.
      if (seen.has(declared)) continue
      seen.add(declared)
      for (const handler of handlersOf(declared, serving)) found.others.push(...messages(handler))
    }
  }
  return [...found.routes, ...found.others]
}

function handlersOf(declared: unknown, serving: Serving): readonly Handler[] {
  if (typeof declared !== 'function' || typeof declared.prototype !== 'object' || declared.prototype === null) return []
  const { prototype } = declared
  return new MetadataScanner().getAllMethodNames(prototype).map((name) => {
    const method: Method = prototype[name]
    const reason = reasonOf(method) ?? reasonOf(declared)
    const authorize = [...declarationsOf(declared), ...declarationsOf(method)].map((one) =>
      authorizeMark(one.action, one.subject, { model: serving.modelOf(one) }),
    )
    const marks = [...(reason === undefined ? [] : [{ kind: 'unguarded', reason } as const]), ...authorize]
    // Sound: the class of a controller or a provider.
    return { method, class: declared as Type, marks }
  })
}

function httpRoutes(
  { method, class: cls, marks }: Handler,
  config: ApplicationConfig,
  modulePath: string | undefined,
): readonly DeclaredRoute[] {
  const path: unknown = Reflect.getMetadata('path', method)
  if (path === undefined) return []
  const paths = new RoutePathFactory(config)
  const requestMethod: RequestMethod = Reflect.getMetadata('method', method)
  const versioning = config.getVersioning()
  const versions = versioning && {
    versioningOptions: versioning,
    controllerVersion: Reflect.getMetadata('__version__', cls) ?? versioning.defaultVersion,
    methodVersion: Reflect.getMetadata('__version__', method),
  }
  // Sound: decorators set texts and lists of texts.
  const [outer, inner] = [Reflect.getMetadata('path', cls), path].map((one) => [one].flat() as string[])
  return outer!.flatMap((ctrlPath) =>
    inner!.flatMap((methodPath) =>
      paths
        .create(
          {
            ctrlPath,
            methodPath,
            ...versions,
            globalPrefix: config.getGlobalPrefix(),
            ...(modulePath && { modulePath }),
          },
          requestMethod,
        )
        .map((whole) => ({ method: RequestMethod[requestMethod]!, path: whole, marks })),
    ),
  )
}

/** Returns a resolver or a message. Resolvers of fields belong to those of queries. */
function messages({ method, marks }: Handler): readonly DeclaredRoute[] {
  const type: unknown = Reflect.getMetadata('graphql:resolver_type', method)
  if (['Query', 'Mutation', 'Subscription'].includes(String(type))) {
    const name: unknown = Reflect.getMetadata('graphql:resolver_name', method)
    return [{ method: String(type).toUpperCase(), path: typeof name === 'string' ? name : method.name, marks }]
  }
  const message: unknown = Reflect.getMetadata('websockets:message_mapping', method)
    ? Reflect.getMetadata('message', method)
    : undefined
  const patterns: readonly unknown[] = Reflect.getMetadata('microservices:pattern', method) ?? []
  const isEvent = Reflect.getMetadata('microservices:handler_type', method) === 2
  return [
    ...(message === undefined ? [] : [{ method: 'MESSAGE', path: shown(message), marks }]),
    ...patterns.map((pattern) => ({ method: isEvent ? 'EVENT' : 'MESSAGE', path: shown(pattern), marks })),
  ]
}

function shown(pattern: unknown): string {
  return typeof pattern === 'string' ? pattern : JSON.stringify(pattern)
}
