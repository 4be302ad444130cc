/** What `src/arcturus.d.ts` tells the compiler about actions, rows and actors. Nothing runs. */
import { defineTests } from '@arcturus/cli'
import type { Role } from '@arcturus/core'
import { explain, loadExplanation } from '@arcturus/explain'
import { Can as CanHere, useCan } from '@arcturus/next/client'
import {
  authorization,
  authorize,
  authorizedActions,
  authorizedFilter,
  authorizer,
  Can,
  clientOf,
  prisma,
  serverAction,
  withAuthorization,
} from '../src/authorization'
import type { Person } from '../src/helpDesk'
import { findTicket } from '../src/tickets'

declare const person: Person | null

const respond = () => new Response()
const findTenant = () => prisma.tenant.findUnique({ where: { id: 1 } })

export async function rightUses(): Promise<Role<'Tenant'>> {
  const ticket = await prisma.ticket.findUniqueOrThrow({ where: { id: 1 }, include: { tenant: true } })
  const part = await prisma.ticket.findUniqueOrThrow({ where: { id: 1 }, select: { id: true, subject: true } })
  authorizer.can(person, 'close', ticket)
  authorizer.can(person, 'add_note', part)
  authorizer.can(authorizer.as('User', { id: 1 }), 'export', ticket.tenant)
  await authorizer.authorizeChange(person, 'edit', ticket, { subject: 'Tent' })
  explain(authorizer, person, 'reopen', ticket)
  const found = await authorize('read', findTicket(1))
  await authorizedActions(found)
  await prisma.ticket.findMany({ ...authorizedFilter(person, { action: 'close' }), take: 3 })
  await clientOf(person).ticket.update({ where: { id: 1 }, data: { subject: 'Tent' } })
  withAuthorization(({ authorization: { resource } }) => Response.json(resource.name), 'export', findTenant)
  serverAction(({ resource }) => resource.subject, 'reply', findTicket)
  const asking = await authorization()
  await asking.authorizedFields('edit', ticket)
  defineTests({ actors: { ada: 'user:1' }, resources: { tent: 'ticket:1' }, allowed: { ada: { tent: ['reopen'] } } })
  return 'lead'
}

export async function mistakes(): Promise<void> {
  const ticket = await prisma.ticket.findUniqueOrThrow({ where: { id: 1 }, include: { tenant: true } })
  const part = await prisma.ticket.findUniqueOrThrow({ where: { id: 1 }, select: { id: true, subject: true } })
  const asking = await authorization()
  // @ts-expect-error a misspelt action
  authorizer.can(person, 'clsoe', ticket)
  // @ts-expect-error an action of tenants
  authorizer.can(person, 'export', ticket)
  // @ts-expect-error an action of tenants, on a part of a ticket
  authorizer.can(person, 'export', part)
  // @ts-expect-error an action of tickets
  authorizer.canMany(person, 'close', [ticket.tenant])
  // @ts-expect-error a ticket is no actor
  authorizer.can(ticket, 'read', ticket)
  // @ts-expect-error a misspelt model
  authorizer.as('Tiket', { id: 1 })
  // @ts-expect-error an action of tenants
  await authorizer.authorizeChange(person, 'export', ticket, {})
  // @ts-expect-error an action of tenants
  explain(authorizer, person, 'export', ticket)
  // @ts-expect-error a tenant is no actor
  await loadExplanation(authorizer, ticket.tenant, 'read', ticket)
  // @ts-expect-error an action of tenants
  await authorize('export', findTicket(1))
  // @ts-expect-error a misspelt action
  authorizedFilter(person, { action: 'clsoe' })
  // @ts-expect-error an action of tickets
  await prisma.tenant.findMany(authorizedFilter(person, { action: 'close' }))
  // @ts-expect-error an action of tickets
  withAuthorization(respond, 'close', findTenant)
  // @ts-expect-error an action of tenants
  serverAction(() => 1, 'export', findTicket)
  // @ts-expect-error a misspelt action
  asking.can('clsoe', ticket)
  // @ts-expect-error an action of tickets
  await asking.filter('close', 'Tenant')
  defineTests({
    actors: { ada: 'user:1' },
    resources: { tent: 'ticket:1' },
    // @ts-expect-error a misspelt action
    allowed: { ada: { tent: ['clsoe'] } },
  })
  // @ts-expect-error a role of tickets
  const role: Role<'Tenant'> = 'requester'
  console.info(role)
}

export function Components({ ticket }: { readonly ticket: NonNullable<Awaited<ReturnType<typeof findTicket>>> }) {
  const can = useCan()
  can('close')
  can('close', ticket)
  // @ts-expect-error a misspelt action
  can('clsoe')
  // @ts-expect-error an action of tenants
  can('export', ticket)
  return (
    <>
      <CanHere do="close" on={ticket} />
      {/* @ts-expect-error an action of tenants */}
      <CanHere do="export" on={ticket} />
      {/* @ts-expect-error a misspelt action */}
      <CanHere do="clsoe" />
      <Can action="close" resource={ticket} />
      {/* @ts-expect-error an action of tenants */}
      <Can action="export" resource={ticket} />
    </>
  )
}
