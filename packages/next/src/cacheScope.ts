import { AsyncLocalStorage } from 'node:async_hooks'
import { ArcturusError } from '@arcturus/core/internal/web'
// The storage that `headers()` itself reads. `headers()` detects neither `unstable_cache` on the
// Pages Router nor a prerender that does not await it.
import { workAsyncStorage } from 'next/dist/server/app-render/work-async-storage.external.js'
import { workUnitAsyncStorage } from 'next/dist/server/app-render/work-unit-async-storage.external.js'
import { headers } from 'next/headers.js'

/** A decision about a user was made in a scope whose result Next caches for everybody. */
export class KeptDecisionError extends ArcturusError {
  static override get brand(): string {
    return 'KeptDecisionError'
  }
  readonly status: number = 500
  readonly statusCode: number = 500
  readonly expose: boolean = false

  constructor(where: string, hint: string, cause?: unknown) {
    super('kept-decision', `A decision about one user would be cached for all users: it is made in ${where}.`, {
      hint,
      cause,
    })
  }
}

const decideOutside = 'decide outside and pass the result in, or decide for anonymous users (null)'
const waitForActor =
  'read the actor with `(await authorization()).actor` or `await connection()` first, so that the page is rendered for each request'
const wrap =
  'wrap it in withAuthorizedProps or withAuthorization; mark background work, and getInitialProps of a request, with background(reason, work)'

/**
 * Makes decisions about users throw if Next would cache their results: those of all authorizers of the
 * process, whatever bundle they are in. `@arcturus/core` calls the function before each answer.
 */
export function forbidCaching(): void {
  Reflect.set(globalThis, Symbol.for('arcturus.next.assertNotKept'), assertNotKept)
}

/** Shared between copies of this package, such as those of two bundles. */
const key = Symbol.for('arcturus.next.serving')

function servingStorage(): AsyncLocalStorage<true> {
  const shared = globalThis as { [key]?: AsyncLocalStorage<true> }
  shared[key] ??= new AsyncLocalStorage()
  return shared[key]
}

/**
 * Runs the work of a request whose response is not cached. It is for routers without request scopes
 * of their own.
 */
export function asServing<Result>(work: () => Result): Result {
  return servingStorage().run(true, work)
}

/**
 * Runs work that no request awaits and whose results Next does not cache, such as that of
 * `instrumentation.ts`. The work may decide about users.
 *
 * @param reason - Why nothing of it is cached, for readers of the code.
 * @throws {ArcturusError} `invalid-argument` if the reason is missing.
 */
export function background<Result>(reason: string, work: () => Result): Result {
  if (typeof reason !== 'string' || reason.trim() === '') {
    throw new ArcturusError(
      'invalid-argument',
      'The first argument of background must be the reason why nothing is cached.',
      {
        hint: "pass a reason: background('nightly report', sendReports)",
      },
    )
  }
  return asServing(work)
}

/**
 * Throws if Next caches results in the current scope. These are `use cache`, `unstable_cache`, the
 * prerender of a page or a route, and functions that Next calls for a build. Unknown scopes throw
 * as well.
 *
 * @throws {KeptDecisionError} The result would be cached.
 * @throws the error by which `headers()` makes a static page dynamic, which must reach Next
 */
export function assertNotKept(): void {
  const scope = workUnitAsyncStorage.getStore()
  const type: string | undefined = scope?.type
  switch (type) {
    case undefined:
      assertNotBuilding()
      return
    case 'request':
      if (!workAsyncStorage.getStore()?.forceStatic) return
      throw new KeptDecisionError('a static page or route (`force-static`)', waitForActor)
    // These are cached only for the visitor. Versions of Next that forbid request data there throw.
    case 'private-cache':
    case 'prerender-runtime':
      // What `after()` runs renders nothing.
      if (scope?.phase !== 'after') headers()
      return
    case 'prerender-legacy':
    case 'prerender-ppr':
      headers()
      throw new KeptDecisionError('a static page or route (`force-static`)', waitForActor)
    case 'prerender':
      throw new KeptDecisionError('a prerendered page or route', waitForActor)
    case 'cache':
      throw new KeptDecisionError('`use cache`', decideOutside, errorOfNext())
    case 'unstable-cache':
      throw new KeptDecisionError('`unstable_cache`', decideOutside, errorOfNext())
    case 'build-time-generator':
      throw new KeptDecisionError('`generateStaticParams`', decideOutside)
    default:
      throw new KeptDecisionError(`the Next.js scope "${type}"`, decideOutside)
  }
}

/**
 * Suspends while Next renders the static part of a page. Next then continues without the part that
 * depends on a request.
 */
export async function untilRequest(): Promise<void> {
  const type = workUnitAsyncStorage.getStore()?.type
  if (type === 'prerender' || type === 'prerender-runtime') await headers()
  assertNotKept()
}

/**
 * Returns Next's own error, as the cause: Next then caches nothing even if the outer error is
 * caught.
 */
function errorOfNext(): unknown {
  try {
    headers()
    return undefined
  } catch (error) {
    return error
  }
}

/**
 * Handles a missing request scope: outside of Next, on the Pages Router, or during a build. Throws
 * during a build, and inside Next if the work is not guarded.
 */
function assertNotBuilding(): void {
  if (workAsyncStorage.getStore()) throw new KeptDecisionError('the build of a page', decideOutside)
  if (servingStorage().getStore()) return
  if (process.env['NEXT_PHASE'] === 'phase-production-build')
    throw new KeptDecisionError('the build of a page', decideOutside)
  // Next defines this global before it loads the application. `getStaticProps` looks like any other
  // work inside Next.
  if ('AsyncLocalStorage' in globalThis)
    throw new KeptDecisionError('`getStaticProps` or outside a guarded request', wrap)
}
