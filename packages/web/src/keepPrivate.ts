/** A response of Node.js, or of a framework that has headers of its own. */
type Response = { readonly headersSent?: boolean; getHeader(name: string): unknown } & (
  | { setHeader(name: string, value: string): unknown }
  | { header(name: string, value: string): unknown }
)

/** The default `Cache-Control` of file responses (`res.sendFile`, `express.static`, `koa-send`). */
const defaults: readonly unknown[] = ['public, max-age=0', 'max-age=0']

/**
 * Marks a response as private for caches, unless the application has set its own `Cache-Control`.
 */
export function keepPrivate(response: Response): void {
  if (response.headersSent) return
  const said = response.getHeader('Cache-Control')
  if (said !== undefined && !defaults.includes(said)) return
  const value = said === undefined ? 'private' : 'private, max-age=0'
  if ('setHeader' in response) response.setHeader('Cache-Control', value)
  else response.header('Cache-Control', value)
}
