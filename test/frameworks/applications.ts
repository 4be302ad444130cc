import { createRequire } from 'node:module'
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
  const middleware = expressAuthorization(authorizer, { actor, onDecision: (event) => void events.push(event) })
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
  return { app, events, ...koaAuthorization(authorizer, { actor, onDecision: (event) => void events.push(event) }) }
}
