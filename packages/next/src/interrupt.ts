import type { AuthorizationError } from '@arcturus/core'

/**
 * Ends a page by Next's own means: `unauthorized()`, `forbidden()` and `notFound()`, whose files render the answer.
 *
 * @throws Next's interrupt, or the refusal itself where the application has not switched `authInterrupts` on.
 */
export async function interrupt(error: AuthorizationError): Promise<never> {
  // Imported late: route handlers and actions, which seldom need it, are tested without a bundler, which gives it its meaning.
  const { forbidden, notFound, unauthorized } = await import('next/navigation')
  try {
    if (error.status === 401) unauthorized()
    if (error.status === 403) forbidden()
  } catch (thrown) {
    throw isInterrupt(thrown) ? thrown : error
  }
  return notFound()
}

/** By the sign that Next knows its interrupts by. */
function isInterrupt(thrown: unknown): boolean {
  return digestOf(thrown)?.startsWith('NEXT_HTTP_ERROR_FALLBACK;') ?? false
}

/** The status of an answer that `redirect()` and `permanentRedirect()` throw. */
export function redirectStatus(thrown: unknown): number | undefined {
  // NEXT_REDIRECT;<push or replace>;<url>;<status>;
  const parts = digestOf(thrown)?.split(';')
  return parts?.[0] === 'NEXT_REDIRECT' ? Number(parts.at(-2)) || 307 : undefined
}

function digestOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('digest' in thrown)) return undefined
  return typeof thrown.digest === 'string' ? thrown.digest : undefined
}
