import { AsyncLocalStorage } from 'node:async_hooks'
import { ArcturusError } from '@arcturus/core'
// What `headers()` itself reads. It sees neither `unstable_cache` on the Pages Router nor a prerendering that does not wait for it.
import { workAsyncStorage } from 'next/dist/server/app-render/work-async-storage.external.js'
import { workUnitAsyncStorage } from 'next/dist/server/app-render/work-unit-async-storage.external.js'
import { headers } from 'next/headers.js'

/** A decision about somebody was asked for where Next keeps the result for everybody. */
export class KeptDecisionError extends ArcturusError {
  static override readonly brand: string = 'KeptDecisionError'
  readonly status: number = 500
  readonly statusCode: number = 500
  readonly expose: boolean = false

  constructor(where: string, hint: string, cause?: unknown) {
    super('kept-decision', `A decision about somebody would be kept for everybody: it is made within ${where}.`, {
      hint,
      cause,
    })
  }
}

const decideOutside = 'Decide outside, and pass what is allowed; or decide about nobody (null).'
const waitForActor =
  'Read the actor by `(await authorization()).actor`, or `await connection()` before, so that the page is rendered for each request.'
const wrap =
  'Wrap it by withAuthorizedProps or withAuthorization. Work in the background is marked by background(reason, work).'

/** Two copies of this package, as of two bundles, know of the same work. */
const key = Symbol.for('arcturus.next.serving')

function servingStorage(): AsyncLocalStorage<true> {
  const shared = globalThis as { [key]?: AsyncLocalStorage<true> }
  shared[key] ??= new AsyncLocalStorage()
  return shared[key]
}

/** Does the work of a request whose response is not kept, for routers that say nothing of it. */
export function asServing<Result>(work: () => Result): Result {
  return servingStorage().run(true, work)
}

/**
 * Does work that no request waits for and whose results Next does not keep, such as that of `instrumentation.ts`: it may decide about
 * somebody.
 *
 * @param reason - Why, for whoever reads the code.
 */
export function background<Result>(reason: string, work: () => Result): Result {
  if (typeof reason !== 'string' || reason.trim() === '') {
    throw new ArcturusError('invalid-argument', 'background takes the reason why nothing of the work is kept.', {
      hint: "background('nightly report', sendReports)",
    })
  }
  return asServing(work)
}

/**
 * Refuses to decide about somebody where Next keeps the result: within `use cache` and `unstable_cache`, while it prerenders a page or
 * a route, and in what it calls to build them. Unknown scopes are refused as well.
 *
 * @throws {KeptDecisionError} The result would be kept.
 * @throws what `headers()` throws to make a page dynamic that was about to be static, which Next must see.
 */
export function assertNotKept(): void {
  const type: string | undefined = workUnitAsyncStorage.getStore()?.type
  switch (type) {
    case undefined:
      assertNotBuilding()
      return
    case 'request':
      if (!workAsyncStorage.getStore()?.forceStatic) return
      throw new KeptDecisionError('a static page or route (`force-static`)', waitForActor)
    // These are kept for the visitor alone; versions that want nothing of a request there say so themselves.
    case 'private-cache':
    case 'prerender-runtime':
      headers()
      return
    case 'prerender-legacy':
    case 'prerender-ppr':
      headers()
      throw new KeptDecisionError('a static page or route (`force-static`)', waitForActor)
    case 'prerender':
      throw new KeptDecisionError('a prerendered page or route', waitForActor)
    case 'cache':
      throw new KeptDecisionError('`use cache`', decideOutside, refusalOfNext())
    case 'unstable-cache':
      throw new KeptDecisionError('`unstable_cache`', decideOutside, refusalOfNext())
    case 'build-time-generator':
      throw new KeptDecisionError('`generateStaticParams`', decideOutside)
    default:
      throw new KeptDecisionError(`what Next calls "${type}"`, decideOutside)
  }
}

/** Waits where Next renders the part of a page that is the same for everybody: it goes on without what depends on a request. */
export async function untilRequest(): Promise<void> {
  const type = workUnitAsyncStorage.getStore()?.type
  if (type === 'prerender' || type === 'prerender-runtime') await headers()
  assertNotKept()
}

/** Next also wants to see its own error, so that nothing is kept even if the other one is caught. */
function refusalOfNext(): unknown {
  try {
    headers()
    return undefined
  } catch (error) {
    return error
  }
}

/** No scope of a request is known: outside of Next, on the Pages Router, or in what Next calls while it builds. */
function assertNotBuilding(): void {
  if (workAsyncStorage.getStore()) throw new KeptDecisionError('what Next calls to build pages', decideOutside)
  if (servingStorage().getStore()) return
  if (process.env['NEXT_PHASE'] === 'phase-production-build')
    throw new KeptDecisionError('what Next calls to build pages', decideOutside)
  // Next puts it there before it loads anything of an application. `getStaticProps` looks like any other work within Next.
  if ('AsyncLocalStorage' in globalThis)
    throw new KeptDecisionError('`getStaticProps`, or outside of any guarded request', wrap)
}
