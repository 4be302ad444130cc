import { routesToken } from '@arcturus/web/internal/routes'
import { Failure } from '../output/failure.js'
import type { Route } from './route.js'

/** An application of NestJS, as far as it is read. */
interface Application {
  readonly container: {
    getModules(): ReadonlyMap<unknown, { readonly providers: ReadonlyMap<unknown, { readonly instance: unknown }> }>
  }
}

/** Returns whether a value is an application of NestJS. */
export function isNest(value: unknown): value is Application {
  return typeof value === 'object' && value !== null && 'container' in value && 'selectContextModule' in value
}

/**
 * Returns the routes of an application as its `ArcturusModule` lists them.
 * @throws Failure if it imports none.
 */
export async function nestRoutes(app: Application): Promise<readonly Route[]> {
  // `app.get` ends the process for a token that is missing.
  const modules = [...app.container.getModules().values()]
  const list = modules.map(({ providers }) => providers.get(routesToken)?.instance).find(Boolean)
  if (typeof list === 'function') return list(app)
  throw new Failure(
    'The application of NestJS does not import ArcturusModule.',
    'import ArcturusModule.forRoot({ authorizer, actor }) of @arcturus/nest in its root module',
  )
}
