import { redirectNobody } from '@arcturus/next/proxy'

export const proxy = redirectNobody(
  '/sign-in',
  (request) => request.headers.has('x-actor') || request.cookies.has('actor'),
)

export const config = { matcher: ['/isr'] }
