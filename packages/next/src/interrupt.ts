import type { AuthorizationError } from '@arcturus/core'
// The modules of `next/navigation`, which only a bundler resolves, and in a handler not to these functions.
import { forbidden } from 'next/dist/client/components/forbidden.js'
import { notFound } from 'next/dist/client/components/not-found.js'
import { unauthorized } from 'next/dist/client/components/unauthorized.js'

/**
 * Ends a page with Next's `unauthorized()`, `forbidden()` or `notFound()`, whose files render the
 * response.
 *
 * @throws Next's interrupt, or the denial itself if the application has not enabled
 * `authInterrupts`
 */
export function interrupt(error: AuthorizationError): never {
  try {
    if (error.status === 401) unauthorized()
    if (error.status === 403) forbidden()
  } catch (thrown) {
    throw isInterrupt(thrown) ? thrown : error
  }
  return notFound()
}

/** Returns whether an error is one of Next's interrupts, by its digest. */
function isInterrupt(thrown: unknown): boolean {
  return digestOf(thrown)?.startsWith('NEXT_HTTP_ERROR_FALLBACK;') ?? false
}

/**
 * Returns the status of the response that `redirect()` and `permanentRedirect()` throw, or
 * undefined for other errors.
 */
export function redirectStatus(thrown: unknown): number | undefined {
  // NEXT_REDIRECT;<push or replace>;<url>;<status>;
  const parts = digestOf(thrown)?.split(';')
  return parts?.[0] === 'NEXT_REDIRECT' ? Number(parts.at(-2)) || 307 : undefined
}

function digestOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('digest' in thrown)) return undefined
  return typeof thrown.digest === 'string' ? thrown.digest : undefined
}
