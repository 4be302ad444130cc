import { ArcturusError } from './errors.js'

/**
 * Returns whether this process is one of Next.js, which caches results of pages and functions for all
 * users. It defines both before it loads the application.
 */
export function isNext(): boolean {
  return 'AsyncLocalStorage' in globalThis && typeof process === 'object' && process.env['NEXT_RUNTIME'] !== undefined
}

/** The key of the function by which `@arcturus/next` forbids decisions whose results are cached. */
const key = Symbol.for('arcturus.next.assertNotKept')

/**
 * In Next.js: asserts that the result of a decision is not cached. Without `@arcturus/next`, nothing but
 * the request of a page or a handler is known to be safe. A decision about an anonymous user is the
 * same for everybody.
 *
 * @throws ArcturusError `kept-decision` if it is cached, or could be
 */
export function assertNotKept(actor: unknown): void {
  if (actor === null) return
  // Sound: only that package has the key.
  const assert = (globalThis as { readonly [key]?: () => void })[key]
  assert?.()
  if (assert || isOfRequest()) return
  throw new ArcturusError('kept-decision', 'Next.js could cache a decision about one user for all users.', {
    hint: 'read the actor by `authorization` of nextAuthorization (@arcturus/next), or decide for anonymous users (null)',
  })
}

/** Returns whether Next.js renders for one request. */
function isOfRequest(): boolean {
  try {
    // Next's own modules, whatever bundle this one is in.
    const load = process.getBuiltinModule('node:module').createRequire(`${process.cwd()}/`)
    const folder = 'next/dist/server/app-render'
    const { workUnitAsyncStorage: unit } = load(`${folder}/work-unit-async-storage.external.js`)
    const { workAsyncStorage: work } = load(`${folder}/work-async-storage.external.js`)
    return unit.getStore()?.type === 'request' && work.getStore()?.forceStatic !== true
  } catch {
    return false
  }
}
