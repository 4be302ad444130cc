import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { constants, inflateSync } from 'node:zlib'
import type { Authorizer } from '@arcturus/core'
import { expressAuthorization } from '@arcturus/express'
import { koaAuthorization } from '@arcturus/koa'
import type { EnforcementEvent } from '@arcturus/web'
import express5, { type Express } from 'express'
import Koa3, { type Middleware } from 'koa'

const require = createRequire(import.meta.url)

// Sound as far as these tests go: what they use of the frameworks is the same in both versions.
export const expresses: readonly (readonly [name: string, framework: typeof express5])[] = [
  ['Express 5', express5],
  ['Express 4', require('express4') as typeof express5],
]
export const koas: readonly (readonly [name: string, framework: typeof Koa3])[] = [
  ['Koa 3', Koa3],
  ['Koa 2', require('koa2') as typeof Koa3],
]

/** The middleware that serves files on Koa. */
export const koaStatic = require('koa-static') as (root: string) => Middleware

export interface ExpressStack extends ReturnType<typeof expressAuthorization> {
  readonly app: Express
  readonly events: EnforcementEvent[]
}

/** Returns an application that prints no errors, and the middleware of an authorizer for it. */
export function expressStack(framework: typeof express5, authorizer: Authorizer, actor: () => unknown): ExpressStack {
  const events: EnforcementEvent[] = []
  const middleware = expressAuthorization(authorizer, { actor, log: (event) => void events.push(event) })
  return { app: framework().set('env', 'test') as Express, events, ...middleware }
}

export interface KoaStack extends ReturnType<typeof koaAuthorization> {
  readonly app: Koa3
  readonly events: EnforcementEvent[]
}

/** As `expressStack`. */
export function koaStack(framework: typeof Koa3, authorizer: Authorizer, actor: () => unknown): KoaStack {
  const events: EnforcementEvent[] = []
  const app = new framework()
  app.silent = true
  return { app, events, ...koaAuthorization(authorizer, { actor, log: (event) => void events.push(event) }) }
}

export interface RawAnswer {
  readonly status: number
  /** Everything that was received: head, body and trailers. A compressed body follows once more, decompressed. */
  readonly text: string
}

/** Sends a request target as it is: `fetch` and `http` would normalize it. */
export function raw(url: string, target: string, { method = 'GET', head = '' } = {}): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(Number(port), hostname)
    socket.setEncoding('latin1').on('data', (data) => {
      text += data
    })
    // A response that hangs fails its test.
    socket.setTimeout(3_000, () => socket.destroy())
    socket
      .on('close', () => resolve({ status: Number(text.slice(9, 12)), text: text + inflated(text) }))
      .on('error', reject)
    socket.write(`${method} ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${head}\r\n`, 'latin1')
  })
}

/** Returns the decompressed body of a response that is sent in chunks. */
function inflated(text: string): string {
  const at = text.indexOf('\r\n\r\n')
  if (!/content-encoding: deflate/i.test(text.slice(0, at))) return ''
  let chunks = text.slice(at + 4)
  let body = ''
  for (let size = 1; size > 0; ) {
    const end = chunks.indexOf('\r\n')
    size = Number.parseInt(chunks.slice(0, end), 16) || 0
    body += chunks.slice(end + 2, end + 2 + size)
    chunks = chunks.slice(end + 2 + size + 2)
  }
  return inflateSync(Buffer.from(body, 'latin1'), { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1')
}
