import type { RoutedRequest } from '@arcturus/web'
import { workAsyncStorage } from 'next/dist/server/app-render/work-async-storage.external.js'
import { cookies, headers } from 'next/headers.js'
import { NextRequest } from 'next/server.js'

/**
 * The request data that identifies the actor, for a page, a route handler, a server action or an
 * API route.
 */
export interface RequestSource {
  readonly method: string
  /** The path and the query of a route handler's or an API route's request, for `allow_request`. Others have none. */
  readonly url?: string | undefined
  readonly headers: Pick<Headers, 'get' | 'has'>
  readonly cookies: Cookies
}

/** The cookies of a request, with the interface of Next's own. */
export interface Cookies {
  get(name: string): { readonly name: string; readonly value: string } | undefined
}

/**
 * Returns the source of a page render or a server action.
 * @throws Next's error if there is no request
 */
export async function ambientSource(method: string): Promise<RequestSource> {
  const source = { method, headers: await headers(), cookies: await cookies() }
  assertRequest(source.headers)
  return source
}

/**
 * Returns the source of a route handler from its request. It works without Next, because tests call
 * route handlers directly.
 */
export async function sourceOfRequest(request: Request): Promise<RequestSource> {
  // Makes a route dynamic that would otherwise be cached for everybody.
  if (workAsyncStorage.getStore()) assertRequest(await headers())
  const { method, headers: own } = request
  const { pathname, search } = new URL(request.url)
  // Only the URL and the headers are copied: a request made from another request takes its body
  // away.
  const { cookies: jar } = request instanceof NextRequest ? request : new NextRequest(request.url, { headers: own })
  return { method, url: pathname + search, headers: own, cookies: jar }
}

/** Returns how Next routes a request: the path that was sent and, behind a rewrite, that of a route without parameters. */
export function routedOf({ method, url = '/' }: RequestSource): RoutedRequest {
  const route = workAsyncStorage.getStore()?.route
  const paths = route === undefined || route.includes('[') ? [url] : [...new Set([url.split('?', 1)[0] ?? url, route])]
  // Its routes distinguish letters; its rewrites and many proxies do not.
  return { method, targets: [url], paths, caseSensitive: 'some' }
}

/**
 * Checks that a page or route is not static. Next gives static ones an empty request.
 * @throws if it is static (`force-static`)
 */
function assertRequest(known: Pick<Headers, 'has'> | Iterable<unknown>): void {
  if (Symbol.iterator in known) {
    for (const _ of known) return
  }
  throw new Error(
    'This page or route is static (`force-static`), but its response depends on the actor. Remove `force-static`.',
  )
}
