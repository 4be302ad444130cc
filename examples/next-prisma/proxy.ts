import { redirectNobody } from '@arcturus/next/proxy'
import { personCookie } from './src/session'

// For people's comfort: pages, handlers and actions decide for themselves, beside their queries.
export const proxy = redirectNobody('/sign-in', (request) => request.cookies.has(personCookie))

export const config = { matcher: ['/tickets/:path*'] }
