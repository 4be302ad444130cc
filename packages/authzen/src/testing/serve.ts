import type { AddressInfo } from 'node:net'
import type { Authorizer } from '@arcturus/core'
import { createAdaptorServer } from '@hono/node-server'
import { afterAll } from 'vitest'
import { type AuthzenOptions, authzen } from '../index.js'

export const url = 'https://pdp.example.com/tenant'
const opened: (() => void)[] = []
afterAll(() => {
  for (const close of opened) close()
})

/** Sends a request to a decision point. */
export type Ask = (
  path: string,
  body: unknown,
  headers?: Record<string, string>,
) => Promise<{
  status: number // biome-ignore lint/suspicious/noExplicitAny: JSON of a response
  body: any
  headers: Headers
}>

/** Serves a decision point over HTTP, and returns how to ask it. */
export async function serve(
  authorizer: Authorizer,
  options: Omit<AuthzenOptions, 'url' | 'authenticate'>,
): Promise<Ask> {
  const authenticate = (request: Request) => request.headers.get('authorization') === 'Bearer secret' || undefined
  const handler = authzen(authorizer, { url, authenticate, onError: () => {}, ...options })
  const server = createAdaptorServer({ fetch: handler })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  opened.push(() => server.close())
  const { port } = server.address() as AddressInfo
  return async (path, body, headers = {}) => {
    const isText = typeof body === 'string'
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer secret', ...headers },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json(), headers: response.headers }
  }
}

/** Returns the path of an endpoint. */
export const at = (path: string) => `/tenant/access/v1/${path}`
