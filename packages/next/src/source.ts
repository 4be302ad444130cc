import { workAsyncStorage } from 'next/dist/server/app-render/work-async-storage.external.js'
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
  // Makes a route dynamic that was about to be kept for everybody.
  if (workAsyncStorage.getStore()) assertRequest(await headers())
  const { method, headers: own } = request
  // Made of what is read here alone: a request that is made of another takes its body away.
  const { cookies: jar } = request instanceof NextRequest ? request : new NextRequest(request.url, { headers: own })
  return { method, headers: own, cookies: jar }
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
