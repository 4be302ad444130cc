import { cookies, headers } from 'next/headers.js'
import { NextRequest } from 'next/server.js'

/** What tells who asks, whatever Next is serving: a page, a route handler, a server action, an API route. */
export interface RequestSource {
  readonly method: string
  readonly headers: Pick<Headers, 'get' | 'has'>
  readonly cookies: Cookies
}

/** The cookies of a request, as Next's own. */
export interface Cookies {
  get(name: string): { readonly name: string; readonly value: string } | undefined
}

/** The source of a page that is being rendered, or of a server action. @throws what Next throws where there is no request. */
export async function ambientSource(method: string): Promise<RequestSource> {
  const source = { method, headers: await headers(), cookies: await cookies() }
  assertRequest(source.headers)
  return source
}

/** The source of a route handler, which has its request; it needs no Next around it, for tests call it as it is. */
export async function sourceOfRequest(request: Request): Promise<RequestSource> {
  const ambient = isWithinNext()
  if (ambient) assertRequest(await ambient)
  const { method, headers: own } = request
  // Made of what is read here alone: a request that is made of another takes its body away.
  const { cookies: jar } = request instanceof NextRequest ? request : new NextRequest(request.url, { headers: own })
  return { method, headers: own, cookies: jar }
}

/**
 * Holds what depends on an actor to being answered to nobody else: Next's own functions throw within `use cache` and
 * `unstable_cache`, and make a page or a route dynamic that was about to be kept for everybody.
 *
 * @throws what Next throws, which it must be let see.
 */
export function assertUncached(): void {
  isWithinNext()
}

/** The headers that Next knows of; undefined where no request is being served, or nothing of it is kept any more. */
function isWithinNext(): Promise<Iterable<unknown>> | undefined {
  try {
    return headers()
  } catch (error) {
    if (isOutsideOfRequests(error)) return undefined
    throw error
  }
}

/** By the words of Next, which has no other sign; others than these are taken for a cache, and let nothing pass. */
function isOutsideOfRequests(error: unknown): boolean {
  return error instanceof Error && /outside a request scope|inside `?"?after/.test(error.message)
}

/** @throws for a page or route that was told to be static: Next gives it an empty request. */
function assertRequest(known: Pick<Headers, 'has'> | Iterable<unknown>): void {
  if (Symbol.iterator in known) {
    for (const _ of known) return
  }
  throw new Error(
    'This page or route is static (`force-static`), so that one answer would be for everybody; what depends on an actor has to be dynamic.',
  )
}
