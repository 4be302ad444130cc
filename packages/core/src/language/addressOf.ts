import type { Code } from './codes.js'

/** The address of the site, without a slash at its end. A build with the variable ARCTURUS_DOCS replaces it. */
declare const ARCTURUS_DOCS: string | undefined

/** Returns a line with the address of a code, or nothing if the package was built without the address of a site. */
export function addressOf(code: Code): string {
  return typeof ARCTURUS_DOCS === 'string' && ARCTURUS_DOCS !== '' ? `\nsee: ${ARCTURUS_DOCS}/codes#${code}` : ''
}
