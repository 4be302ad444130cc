import type { ServerResponse } from 'node:http'

/** What is said of a file by those who send it (`res.sendFile`, `express.static`, `koa-send`) where nobody told them. */
const defaults: readonly unknown[] = ['public, max-age=0', 'max-age=0']

/** Tells caches that an answer is for one visitor, unless the application says otherwise. */
export function keepPrivate(response: ServerResponse): void {
  if (response.headersSent) return
  const said = response.getHeader('Cache-Control')
  if (said === undefined) response.setHeader('Cache-Control', 'private')
  else if (defaults.includes(said)) response.setHeader('Cache-Control', 'private, max-age=0')
}
