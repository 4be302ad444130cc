import '@arcturus/explain'
import { Authorizer } from '@arcturus/core'
import { expressAuthorization } from '@arcturus/express'
import { fastifyAuthorization } from '@arcturus/fastify'
import { honoAuthorization } from '@arcturus/hono'
import { koaAuthorization } from '@arcturus/koa'
import type { EnforcementEvent } from '@arcturus/web'
import Router from '@koa/router'
import express from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { createWorld } from './world.js'

const problemType = 'application/problem+json'

/** Eve asks for a document that she may not edit, of an application on each framework. */
const frameworks: Record<string, (reasons: boolean, accept: string) => Promise<{ text: string; type: string }>> = {
  async Express(reasons, accept) {
    const world = createWorld()
    const { authorize, problems } = expressAuthorization(world.authorizer, { actor: () => world.user('eve'), reasons })
    const app = express().use(authorize())
    app.get(
      '/documents/:id',
      authorize('edit', (req) => world.document(req.params['id'] as string)),
      (_, res) => {
        res.send('edited')
      },
    )
    app.use(problems())
    const { text, body, type } = await request(app).get('/documents/1').set('accept', accept).buffer()
    return { text: text || String(body), type }
  },
  async Koa(reasons, accept) {
    const world = createWorld()
    const { authorize } = koaAuthorization(world.authorizer, { actor: () => world.user('eve'), reasons })
    const router = new Router()
    router.get(
      '/documents/:id',
      authorize('edit', (ctx) => world.document(String(ctx.params['id']))),
      (ctx) => {
        ctx.body = 'edited'
      },
    )
    const app = new Koa().use(authorize()).use(router.routes())
    app.silent = true
    const { text, body, type } = await request(app.callback()).get('/documents/1').set('accept', accept).buffer()
    return { text: text || String(body), type }
  },
  async Fastify(reasons, accept) {
    const world = createWorld()
    const { authorize } = fastifyAuthorization(world.authorizer, { actor: () => world.user('eve'), reasons })
    const app = fastify()
    app.register(authorize())
    const preHandler = authorize('edit', ({ params }) => world.document((params as { id: string }).id))
    app.get('/documents/:id', { preHandler }, () => 'edited')
    const { body, headers } = await app.inject({ url: '/documents/1', headers: { accept } })
    const text = accept === problemType ? body : (JSON.parse(body) as { message: string }).message
    return { text, type: String(headers['content-type']) }
  },
  async Hono(reasons, accept) {
    const world = createWorld()
    const { authorize } = honoAuthorization(world.authorizer, { actor: () => world.user('eve'), reasons })
    const app = new Hono().use(authorize())
    app.get(
      '/documents/:id',
      authorize('edit', (c) => world.document(c.req.param('id') ?? '')),
      (c) => c.text('edited'),
    )
    const answer = await app.request('/documents/1', { headers: { accept } })
    return { text: await answer.text(), type: answer.headers.get('content-type') ?? '' }
  },
}

describe.each(Object.entries(frameworks))('a denial on %s', (_, ask) => {
  it('is a readable page with the explanation if responses contain reasons', async () => {
    const { text } = await ask(true, 'text/html')
    const plain = text.replaceAll('&nbsp;', ' ').replaceAll('&quot;', '"').replaceAll('<br>', '\n')
    expect(plain).toContain('A User may not "edit" a Document.')
    expect(plain).toContain('Why not:\n')
  })

  it('is a problem with the explanation if responses contain reasons', async () => {
    const { text, type } = await ask(true, problemType)
    expect(type).toContain(problemType)
    expect(JSON.parse(text)).toMatchObject({
      detail: expect.stringContaining('The resource exists') as string,
      explanation: { version: 1, decision: 'denied', action: 'edit' },
    })
  })

  it.each(['text/html', problemType])('explains nothing if they do not, for Accept %s', async (accept) => {
    const { text } = await ask(false, accept)
    expect(text).not.toMatch(/Why not|explanation|Document|exists/)
  })
})

describe('the explanation of a denied event', () => {
  class Reader {
    readonly id = 1
  }
  class Note {
    readonly id = 5
    readonly isPublic = false
    /** Data that has to be loaded. */
    get folder(): Promise<{ isOpen: boolean }> {
      return Promise.resolve({ isOpen: false })
    }
  }

  it.each([
    ['at hand', 'note.isPublic = true'],
    ['that was loaded', 'note.folder.isOpen = true'],
  ])('agrees with a decision from data %s', async (_where, condition) => {
    const authorizer = new Authorizer().registerClass(Reader, { key: 'id' }).registerClass(Note, { key: 'id' })
    authorizer.loadSync(`allow(_: Reader, "read", note: Note) if ${condition};`)
    const denied: unknown[] = []
    const onDecision = async (event: EnforcementEvent): Promise<void> => {
      if (event.kind !== 'decision' || event.outcome !== 'denied') return
      const { reason, explanation } = event
      denied.push(reason, explanation?.decision, (await event.loadExplanation())?.decision)
    }
    const { authorize } = expressAuthorization(authorizer, { actor: () => new Reader(), onDecision })
    const app = express().use(
      authorize(),
      authorize('read', () => new Note()),
    )
    expect((await request(app).get('/')).status).toBe(404)
    await expect.poll(() => denied).toEqual(['hidden', 'denied', 'denied'])
  })
})
