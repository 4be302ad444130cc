/** An application that registers its actors and actions, compiled against the built packages. Nothing runs. */
import { Authorizer, type Filter } from '@arcturus/core'
import { expressAuthorization } from '@arcturus/express'
import { koaAuthorization } from '@arcturus/koa'
import { Authorize, authorization } from '@arcturus/nest'
import { nextAuthorization } from '@arcturus/next'
import { useCan } from '@arcturus/react'
import express from 'express'
import Koa from 'koa'
import { expectTypeOf } from 'vitest'

interface User {
  readonly name: string
}
interface Document {
  readonly title: string
}

declare module '@arcturus/core' {
  interface Register {
    actor: User
    actions: { Document: 'read' | 'edit'; Folder: 'read' | 'share' }
    context: { now: Date; tenant?: string }
  }
}

declare const user: User
declare const document: Document
declare function find(): Promise<Document | undefined>

export async function core(): Promise<void> {
  const authorizer = new Authorizer()
  authorizer.can(user, 'share', document)
  // @ts-expect-error a misspelt action
  authorizer.can(user, 'raed', document)
  expectTypeOf(authorizer.filter(user, 'edit', 'Document')).toEqualTypeOf<Filter>()
  // @ts-expect-error a misspelt model
  authorizer.filter(user, 'edit', 'Documnet')
  // @ts-expect-error an action of another model
  authorizer.filter(user, 'share', 'Document')
  // @ts-expect-error a misspelt action
  await authorizer.pickAuthorized(user, 'raed', document)
  expectTypeOf(await authorizer.pickAuthorized(user, 'read', document)).toEqualTypeOf<Partial<Document>>()
  expectTypeOf(await authorizer.pickAuthorized(user, 'read', [document])).toEqualTypeOf<Partial<Document>[]>()
}

export function onExpress(authorizer: Authorizer): void {
  const { authorize } = expressAuthorization(authorizer, { actor: () => user })
  const app = express()
  app.get('/documents/:id', authorize('read', find), async (req, res) => {
    expectTypeOf(req.authorization.actor).toEqualTypeOf<User | null>()
    expectTypeOf(await req.authorization.pickAuthorized()).toEqualTypeOf<Partial<Document>>()
    await req.authorization.assertWritable('edit', req.body)
    // @ts-expect-error a misspelt action
    res.json(req.authorization.can('raed'))
    // @ts-expect-error an action of another model
    await req.authorization.filter('share', 'Document')
  })
  app.get('/folders', authorize('share', 'Folder'))
  // @ts-expect-error a misspelt action
  authorize('raed', find)
  // @ts-expect-error a misspelt model
  authorize('read', 'Foldr')
  // @ts-expect-error an action of another model
  authorize('edit', 'Folder')
  // @ts-expect-error somebody who is no user
  expressAuthorization(authorizer, { actor: () => 7 })
  expressAuthorization(authorizer, { actor: () => user, context: async () => ({ now: new Date() }) })
  // @ts-expect-error a required name of the context
  expressAuthorization(authorizer, { actor: () => user, context: () => ({ tenant: 'a' }) })
  // A single question can have a part of it.
  authorizer.with({ tenant: 'a' })
}

export function onKoa(authorizer: Authorizer): void {
  const { authorize } = koaAuthorization(authorizer, { actor: () => user })
  new Koa().use(authorize()).use((ctx) => {
    expectTypeOf(ctx.state.authorization.actor).toEqualTypeOf<User | null>()
    // @ts-expect-error a misspelt action
    ctx.body = ctx.state.authorization.can('raed', document)
  })
  // @ts-expect-error a misspelt action
  authorize('raed', find)
  // @ts-expect-error an action of another model
  authorize('edit', 'Folder')
}

export async function onNext(authorizer: Authorizer): Promise<void> {
  const { withAuthorization, serverAction, authorize, authorization } = nextAuthorization(authorizer, {
    actor: () => user,
  })
  withAuthorization(
    (request) => {
      expectTypeOf(request.authorization.actor).toEqualTypeOf<User | null>()
      return Response.json(request.authorization.resource.title)
    },
    'edit',
    find,
  )
  expectTypeOf((await authorization()).actor).toEqualTypeOf<User | null>()
  // @ts-expect-error a misspelt action
  withAuthorization(() => new Response(), 'raed', find)
  // @ts-expect-error an action of another model
  withAuthorization(() => new Response(), 'edit', 'Folder')
  // @ts-expect-error a misspelt action
  serverAction(() => 1, 'raed', find)
  // @ts-expect-error a misspelt action
  await authorize('raed', find())
  // @ts-expect-error a misspelt action
  ;(await authorization()).can('raed', document)
}

export function onNest(): void {
  class Folder {
    declare readonly name: string
  }
  Authorize('share', Folder)
  Authorize('share', 'Folder')
  Authorize('edit', find, { patch: (_, request) => request.body })
  // @ts-expect-error a misspelt action
  Authorize('raed', Folder)
  // @ts-expect-error a misspelt action
  Authorize('raed', find)
  // @ts-expect-error a misspelt model
  Authorize('read', 'Foldr')
  // @ts-expect-error an action of another model
  Authorize('edit', 'Folder')
  expectTypeOf(authorization().actor).toEqualTypeOf<User | null>()
  // @ts-expect-error a misspelt action
  authorization().can('raed', document)
}

export function OnReact(): void {
  const can = useCan()
  can('share')
  can('read', document)
  // @ts-expect-error a misspelt action
  can('raed')
  // @ts-expect-error a misspelt action
  can('raed', document)
}
