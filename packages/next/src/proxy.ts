import { type NextRequest, NextResponse } from 'next/server.js'

/**
 * Returns the function of a `proxy.ts` that redirects anonymous users to the sign-in page before
 * anything is rendered.
 *
 * It is a convenience, not a check: it reads a cookie and no row, and does not run for paths
 * outside its matcher. Guard a row beside the query that fetches it.
 *
 * @param page - Path of the sign-in page. It receives the requested path as the parameter `from`,
 * for `returnPath`.
 * @param isSignedIn - Returns whether the user seems to be signed in, without a database: for
 * example whether a session cookie exists.
 * @example
 * export const proxy = redirectNobody('/sign-in', (request) => request.cookies.has('session'))
 * export const config = { matcher: ['/tickets/:path*'] }
 */
export function redirectNobody(
  page: string,
  isSignedIn: (request: NextRequest) => boolean | Promise<boolean>,
): (request: NextRequest) => Promise<NextResponse> {
  return async (request) => {
    const { pathname, search } = request.nextUrl
    if (isSamePage(pathname, page) || (await isSignedIn(request))) return NextResponse.next()
    const target = request.nextUrl.clone()
    target.pathname = page
    target.search = ''
    target.searchParams.set('from', pathname + search)
    return NextResponse.redirect(target)
  }
}

/** Compares paths without trailing slashes, which `trailingSlash` in next.config.ts adds. */
function isSamePage(pathname: string, page: string): boolean {
  const plain = (path: string): string => path.replace(/(?<!\/)\/+$/, '')
  return plain(pathname) === plain(page)
}

/**
 * Returns the path to go to after signing in. Anybody can write the parameter `from` into a link,
 * so only paths of this application pass. Everything else becomes `otherwise`, such as
 * `//evil.example`, which browsers read as another host.
 *
 * @param from - The parameter, unchecked.
 * @param otherwise - The path to go to instead.
 * @returns a path with its query
 * @example
 * redirect(returnPath(from, '/tickets'))
 */
export function returnPath(from: unknown, otherwise: string): string {
  const path = typeof from === 'string' ? pathOn(here, from) : undefined
  // A normalized path may lead elsewhere if it is parsed again: `/.//evil.example`.
  return path !== undefined && pathOn(here, path) === path ? path : otherwise
}

const here = 'http://here.invalid'

function pathOn(origin: string, text: string): string | undefined {
  if (!text.startsWith('/') || !URL.canParse(text, origin)) return undefined
  const url = new URL(text, origin)
  return url.origin === origin ? url.pathname + url.search : undefined
}
