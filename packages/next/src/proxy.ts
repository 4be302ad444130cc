import { type NextRequest, NextResponse } from 'next/server.js'

/**
 * A `proxy.ts` that sends who is not signed in to the page where they can sign in, before anything is rendered. It is a
 * convenience and no check: it sees a cookie, no row, and does not run for what its matcher leaves out. What guards a row stands beside
 * the query that fetches it.
 *
 * @param page - Path of the page to sign in on. It gets the path that was asked for as the parameter `from`.
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
    if (pathname === page || (await isSignedIn(request))) return NextResponse.next()
    const target = request.nextUrl.clone()
    target.pathname = page
    target.search = ''
    target.searchParams.set('from', pathname + search)
    return NextResponse.redirect(target)
  }
}
