import type { Middleware } from 'koa'

/** Headers of every response. The page loads its own files alone, and no other page may embed it. */
const headers = {
  'Content-Security-Policy':
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

export const securityHeaders: Middleware = (ctx, next) => {
  ctx.set(headers)
  return next()
}
