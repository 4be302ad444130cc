import { type NextRequest, NextResponse } from 'next/server.js'

/**
 * A `proxy.ts` that sends who is not signed in to the page where they can sign in, before anything is rendered. It is a
 * convenience and no check: it sees a cookie, no row, and does not run for what its matcher leaves out. What guards a row stands beside
 * the query that fetches it.
 *
 * @param page - Path of the page to sign in on. It gets the path that was asked for as the parameter `from`, for `returnPath`.
 * @param isSignedIn - Whether somebody seems to be signed in, told without a database: that there is a session's cookie.
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

/** With `trailingSlash` in next.config.ts paths end with a slash. */
function isSamePage(pathname: string, page: string): boolean {
  const plain = (path: string): string => path.replace(/\/+$/, '')
  return plain(pathname) === plain(page)
}

/**
 * The path to return to after somebody signed in. The parameter `from` is what anybody wrote into a link: anything but a path of this
 * application becomes another path, and so does `//evil.example`, which browsers take for another host.
 *
 * @param from - The parameter, as it came.
 * @param otherwise - The path to go to instead.
 * @returns a path with its query.
 * @example
 * redirect(returnPath(from, '/tickets'))
 */
export function returnPath(from: unknown, otherwise: string): string {
  const path = typeof from === 'string' ? pathOn(here, from) : undefined
  // What is a path once it is normalized may lead elsewhere when it is read again: `/.//evil.example`.
  return path !== undefined && pathOn(here, path) === path ? path : otherwise
}

const here = 'http://here.invalid'

function pathOn(origin: string, text: string): string | undefined {
  if (!text.startsWith('/') || !URL.canParse(text, origin)) return undefined
  const url = new URL(text, origin)
  return url.origin === origin ? url.pathname + url.search : undefined
}
