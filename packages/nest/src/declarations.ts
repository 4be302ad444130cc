import type { Action } from '@arcturus/core'
import { ArgumentError } from '@arcturus/core/internal/web'
import { Scope, type Type } from '@nestjs/common'
import { ContextIdFactory, MetadataScanner, type ModuleRef, Reflector } from '@nestjs/core'
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js'
import type { ArcturusModuleOptions, AuthorizeOptions, Load, Loading, ResourceLoader } from './options.js'

/** An `@Authorize` of a handler. */
export interface Declaration {
  readonly action: Action
  /** The name of a model, the class of a model or of a loader, or a function that loads. */
  readonly subject: string | Type | Loading
  readonly options: AuthorizeOptions
}

/** A method of a controller or of a provider. */
export interface Handler {
  readonly class: Type
  // biome-ignore lint/complexity/noBannedTypes: as in the contexts of NestJS
  readonly method: Function
  readonly name: string
}

/** The keys under which a handler or its class keeps what it declares. */
export const authorizeKey = 'arcturus:authorize'
export const reasonKey = 'arcturus:unguarded'

const reflector = new Reflector()

/** Returns what `@Authorize` declares for a handler. What its class declares comes first. */
export function declarationsOf(handler: Handler): readonly Declaration[] {
  return reflector.getAllAndMerge(authorizeKey, [handler.class, handler.method])
}

/** Returns the reason of `@Unguarded` for a handler or its class. */
export function reasonOf(handler: Handler): string | undefined {
  return reflector.getAllAndOverride(reasonKey, [handler.method, handler.class])
}

/** Returns the methods of controllers and providers, those of a class once. */
export function handlersOf(providers: Iterable<Pick<InstanceWrapper, 'instance' | 'metatype'>>): readonly Handler[] {
  const prototypes = Array.from(providers, ({ instance, metatype }) =>
    instance ? Object.getPrototypeOf(instance) : metatype?.prototype,
  )
  return [...new Set(prototypes)].flatMap((prototype) =>
    typeof prototype?.constructor === 'function'
      ? new MetadataScanner()
          .getAllMethodNames(prototype)
          .map((name) => ({ class: prototype.constructor, method: prototype[name], name }))
      : [],
  )
}

/** What decorators of Nest keep about the handlers that it runs with guards and interceptors. */
const handled = ['path', 'graphql:resolver_type', 'websockets:message_mapping', 'microservices:pattern']
/** The same for handlers of fields, with those that `fieldResolverEnhancers` names. */
const handledFields = ['graphql:resolve_property', 'graphql:resolve_reference']

/**
 * Asserts that Nest asks what handlers declare.
 *
 * @param providers - Those of the application, among them the options of GraphQL.
 * @throws {ArgumentError} A method is called without interceptors.
 */
export function assertAsked(
  handlers: readonly Handler[],
  providers: readonly { readonly token: unknown; readonly instance: { readonly fieldResolverEnhancers?: unknown } }[],
  { handlers: others = [] }: ArcturusModuleOptions,
): void {
  const areFieldsAsked = providers
    .filter(({ token }) => token === 'GqlModuleOptions')
    .every(({ instance: { fieldResolverEnhancers: names } }) => Array.isArray(names) && names.includes('interceptors'))
  for (const handler of handlers) {
    const has = (key: string | symbol): boolean => Reflect.hasMetadata(key, handler.method)
    if (declarationsOf(handler).length === 0 || [...handled, ...others].some(has)) continue
    const isField = handledFields.some(has)
    // A class declares for its handlers, not for its other methods.
    if (isField ? areFieldsAsked : !has(authorizeKey)) continue
    const summary = `@Authorize of ${handler.class.name}.${handler.method.name} is never asked: Nest runs no interceptors for it.`
    const hint = isField
      ? "add fieldResolverEnhancers: ['guards', 'interceptors'] to the options of GraphQLModule"
      : 'ask in the method: authorizer.authorize(…). If it is a handler of another transport, name the metadata of its decorator in `handlers` of ArcturusModule'
    throw new ArgumentError('invalid-argument', summary, { hint })
  }
}

/**
 * Returns the function that loads the row of a declaration, or the name of its model.
 *
 * @throws {ArgumentError} There is no loader.
 */
export function loadOf(
  subject: Declaration['subject'],
  { authorizer, loaders = {} }: ArcturusModuleOptions,
  providers: ModuleRef,
): Load | string {
  if (typeof subject !== 'function') return subject
  const model = isLoaderClass(subject) ? undefined : authorizer.schema.modelOfClass(subject)?.name
  const loading = model === undefined ? subject : Object.hasOwn(loaders, model) && loaders[model]
  if (isLoaderClass(loading)) {
    if (providers.introspect(loading).scope === Scope.DEFAULT) {
      const loader = providers.get(loading, { strict: false })
      return (...parameters) => loader.load(...parameters)
    }
    return async (parameters, request, context) => {
      const id = ContextIdFactory.getByRequest(request)
      providers.registerRequestByContextId(request, id)
      const loader = await providers.resolve(loading, id, { strict: false })
      return loader.load(parameters, request, context)
    }
  }
  // Sound: a function that is no class was declared as a loader.
  if (typeof loading === 'function' && !/^class\b/.test(String(loading))) return loading as Load
  const name = model ?? subject.name
  throw new ArgumentError('invalid-argument', `There is no loader of ${name}.`, {
    hint: `ArcturusModule.forRoot({ …, loaders: { ${name}: ({ id }) => find(id) } })`,
  })
}

/** Returns whether a class is one of a provider that loads rows. */
function isLoaderClass(subject: unknown): subject is Type<ResourceLoader> {
  return typeof subject === 'function' && typeof subject.prototype?.load === 'function'
}
