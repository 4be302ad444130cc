import type { RequestHandler } from 'express'

/** Headers of every response. The page loads its own files alone, and no other page may embed it. */
const headers = {
  'Content-Security-Policy':
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

export const securityHeaders: RequestHandler = (_req, res, next) => {
  res.set(headers)
  next()
}
