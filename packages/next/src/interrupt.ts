import type { AuthorizationError } from '@arcturus/core'

/**
 * Ends a page with Next's `unauthorized()`, `forbidden()` or `notFound()`, whose files render the
 * response.
 *
 * @throws Next's interrupt, or the denial itself if the application has not enabled
 * `authInterrupts`
 */
export async function interrupt(error: AuthorizationError): Promise<never> {
  // Imported late, because only a bundler resolves it. Tests of route handlers and actions, which
  // seldom need it, run without a bundler.
  const { forbidden, notFound, unauthorized } = await import('next/navigation')
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
