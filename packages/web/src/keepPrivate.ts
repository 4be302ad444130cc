/** The headers of a response: a `ServerResponse` of Node.js, or what a framework keeps in its place. */
interface Headers {
  readonly headersSent: boolean
  getHeader(name: string): unknown
  setHeader(name: string, value: string): unknown
}

/** The default `Cache-Control` of file responses (`res.sendFile`, `express.static`, `koa-send`). */
const defaults: readonly unknown[] = ['public, max-age=0', 'max-age=0']

/**
 * Marks a response as private for caches, unless the application has set its own `Cache-Control`.
 */
export function keepPrivate(response: Headers): void {
  if (response.headersSent) return
  const said = response.getHeader('Cache-Control')
  if (said === undefined) response.setHeader('Cache-Control', 'private')
  else if (defaults.includes(said)) response.setHeader('Cache-Control', 'private, max-age=0')
}
