import { routesToken } from '@arcturus/web/internal/routes'
import { Failure } from '../output/failure.js'
import type { Route } from './route.js'

/** An application of Fastify, as far as it is read. */
interface Application {
  readonly ready: () => PromiseLike<unknown>
  /** The plugin of `@arcturus/fastify` adds it. */
  readonly [routesToken]?: () => readonly Route[]
}

/** Returns whether a value is an application of Fastify. */
export function isFastify(value: unknown): value is Application {
  return typeof value === 'object' && value !== null && 'inject' in value && 'ready' in value
}

/** Loads the plugins of an application, and returns its routes. */
export async function fastifyRoutes(application: Application): Promise<readonly Route[]> {
  await application.ready()
  const list = application[routesToken]
  if (list) return list()
  throw new Failure(
    'The application of Fastify has no plugin of @arcturus/fastify.',
    'write `await app.register(authorize())` before its routes',
  )
}
