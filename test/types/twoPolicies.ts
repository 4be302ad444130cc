/** An application with a second policy, whose names follow its authorizer everywhere. Nothing runs. */
import type { Authorizer } from '@arcturus/core'
import type { CompiledAuthorizer } from '@arcturus/core/runtime'
import { expressAuthorization } from '@arcturus/express'
import { koaAuthorization } from '@arcturus/koa'
import { ArcturusModule, nestAuthorization } from '@arcturus/nest'
import { nextAuthorization } from '@arcturus/next'
import { pagesAuthorization } from '@arcturus/next/pages'
import { prismaAuthorization } from '@arcturus/prisma'
import { Can, useCan } from '@arcturus/react'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import express from 'express'
import type { DataSource } from 'typeorm'

class Customer {
  declare id: number
  declare nick: string
}
class Invoice {
  declare id: number
  declare total: number
}

interface BillingPolicy {
  actors: 'Customer'
  models: {
    Customer: { actions: 'close'; roles: never; relations: never; fields: never; columns: 'id' | 'nick' }
    Invoice: { actions: 'read' | 'pay'; roles: never; relations: never; fields: never; columns: 'id' | 'total' }
  }
}

declare const billing: Authorizer<BillingPolicy>
declare const customer: Customer
declare const invoice: Invoice
declare function find(): Promise<Invoice | undefined>
const actor = () => null

export function onExpress(): void {
  const { authorize } = expressAuthorization(billing, { actor })
  express().get('/invoices/:id', authorize('pay', find), (request, response) => {
    request.authorization.can('read')
    // @ts-expect-error an action of customers
    response.json(request.authorization.can('close'))
  })
  authorize('close', 'Customer')
  // @ts-expect-error a misspelt action
  authorize('pya', find)
  // @ts-expect-error an action of the other policy
  authorize('share', find)
  // @ts-expect-error a model of the other policy
  authorize('read', 'Document')
}

export function onKoa(): void {
  const { authorize } = koaAuthorization(billing, { actor })
  authorize('pay', find)
  // @ts-expect-error an action of customers
  authorize('close', find)
}

export async function onNext(): Promise<void> {
  const { authorize, withAuthorization, serverAction, authorization } = nextAuthorization(billing, { actor })
  await authorize('pay', find())
  // @ts-expect-error an action of customers
  await authorize('close', find())
  // @ts-expect-error a misspelt action
  ;(await authorization()).can('pya', invoice)
  const ok = () => new Response()
  withAuthorization(ok, 'pay', find)
  // @ts-expect-error an action of customers
  withAuthorization(ok, 'close', find)
  // @ts-expect-error a model of the other policy
  serverAction(() => 1, 'read', 'Document')
  await (await authorization()).filter('pay', 'Invoice')
  // @ts-expect-error a misspelt action
  await (await authorization()).filter('pya', 'Invoice')
  const pages = pagesAuthorization(billing, { actor })
  pages.withAuthorization(() => {}, 'pay', find)
  // @ts-expect-error an action of customers
  pages.withAuthorization(() => {}, 'close', find)
}

export function onNest(): void {
  ArcturusModule.forRoot({ authorizer: billing, actor })
  const { Authorize, authorization } = nestAuthorization<BillingPolicy>()
  Authorize('pay', Invoice)
  Authorize('pay', find)
  Authorize('close', 'Customer')
  // @ts-expect-error an action of customers
  Authorize('close', Invoice)
  // @ts-expect-error an action of customers
  Authorize('close', find)
  // @ts-expect-error a misspelt action
  Authorize('pya', Invoice)
  // @ts-expect-error a model of the other policy
  Authorize('read', 'Document')
  authorization<Invoice>().can('pay')
  // @ts-expect-error an action of customers
  authorization<Invoice>().can('close')
}

export function OnReact(): void {
  const can = useCan<BillingPolicy>()
  can('pay', invoice)
  // @ts-expect-error an action of customers
  can('close', invoice)
  // @ts-expect-error an action of the other policy
  can('share')
  Can<Invoice, BillingPolicy>({ do: 'pay', on: invoice })
  // @ts-expect-error an action of customers
  Can<Invoice, BillingPolicy>({ do: 'close', on: invoice })
}

export function compiled(module: CompiledAuthorizer<BillingPolicy>): void {
  module.can(customer, 'pay', invoice)
  // @ts-expect-error an action of customers
  module.can(customer, 'close', invoice)
  // @ts-expect-error an invoice is no actor
  module.canMany(invoice, 'pay', [invoice])
  module.authorizedRows(customer, 'pay', [invoice]) satisfies Invoice[]
  // @ts-expect-error an action of customers
  module.authorizedRows(customer, 'close', [invoice])
}

export async function onPrisma(client: { $extends: unknown }): Promise<void> {
  const { authorizedFilter, authorizedWhere, authorizedActors, authorizedClient } = prismaAuthorization(billing, client)
  authorizedFilter(customer, { action: 'pay' })
  // @ts-expect-error a misspelt action
  authorizedFilter(customer, { action: 'pya' })
  // @ts-expect-error an invoice is no actor
  authorizedFilter(invoice)
  // @ts-expect-error an invoice is no actor
  authorizedClient(invoice)
  await authorizedWhere(customer, 'pay', 'Invoice')
  // @ts-expect-error an action of customers
  await authorizedWhere(customer, 'close', 'Invoice')
  // @ts-expect-error an action of customers
  authorizedActors('close', invoice)
}

export async function onTypeOrm(dataSource: DataSource): Promise<void> {
  const { authorizedFilter, authorizedQuery, authorizedActors, authorizedManager, authorizedWhere } =
    typeOrmAuthorization(billing, dataSource)
  authorizedFilter(customer, Invoice, { action: 'pay' })
  authorizedQuery(customer, 'pay', Invoice)
  // @ts-expect-error an action of customers
  authorizedFilter(customer, Invoice, { action: 'close' })
  // @ts-expect-error an action of customers
  authorizedQuery(customer, 'close', Invoice)
  // @ts-expect-error an invoice is no actor
  await authorizedWhere(invoice, 'pay', Invoice)
  // @ts-expect-error an action of customers
  authorizedActors('close', invoice, Customer)
  // @ts-expect-error an invoice is no actor
  authorizedManager(invoice)
}
