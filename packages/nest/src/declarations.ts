import type { Action } from '@arcturus/core'
import { ArgumentError, type Authority } from '@arcturus/web'
import type { Type } from '@nestjs/common'
import { MetadataScanner, type ModuleRef, Reflector } from '@nestjs/core'
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
}

/** A controller or a provider of a module. */
interface Provider {
  readonly instance: unknown
  readonly metatype: { readonly prototype?: unknown } | null
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
export function handlersOf(providers: Iterable<Provider>): readonly Handler[] {
  const prototypes = Array.from(providers, ({ instance, metatype }) =>
    instance ? Object.getPrototypeOf(instance) : metatype?.prototype,
  )
  return [...new Set(prototypes)].flatMap((prototype) =>
    typeof prototype?.constructor === 'function'
      ? new MetadataScanner()
          .getAllMethodNames(prototype)
          .map((name) => ({ class: prototype.constructor, method: prototype[name] }))
      : [],
  )
}

/** Returns the model that a declaration names; undefined if only its loader knows it. */
export function modelOf({ subject, options }: Declaration, { schema }: Pick<Authority, 'schema'>): string | undefined {
  return options.model ?? schema.modelOfClass(subject)?.name
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
    const loader = providers.get(loading, { strict: false })
    return (...parameters) => loader.load(...parameters)
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
