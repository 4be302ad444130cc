import { Status } from '../generated/prisma/enums'
import { rows } from './authorization'
import type { HelpDeskClient } from './helpDesk'
import { idIn } from './input'

const ticketsOnAPage = 8

/** The ticket of an id, whoever asks; undefined ids find none. */
export function findTicket(id: unknown) {
  return rows.ticket.findUnique({
    where: { id: idIn(id) },
    include: { requester: true, assignee: true, tenant: true },
  })
}

export function findTenant(id: unknown) {
  return rows.tenant.findUnique({ where: { id: idIn(id) } })
}

/** What somebody wants to see of the tickets that they may see. */
export interface TicketQuery {
  readonly status?: Status | undefined
  readonly search?: string | undefined
  /** From 1 on. */
  readonly page: number
}

/** A page of the tickets that somebody may see, the latest first, and how many there are of each status. */
export async function listTickets(client: HelpDeskClient, { status, search, page }: TicketQuery) {
  const found = search === undefined ? {} : { subject: { contains: search } }
  const where = status ? { ...found, status } : found
  const [count, tickets, statuses] = await Promise.all([
    client.ticket.count({ where }),
    client.ticket.findMany({
      where,
      include: {
        requester: true,
        assignee: true,
        tenant: true,
        // Counts are filtered too: one note more would tell of it.
        _count: { select: { messages: true } },
      },
      orderBy: [{ updatedAt: 'desc' }, { id: 'desc' }],
      skip: (page - 1) * ticketsOnAPage,
      take: ticketsOnAPage,
    }),
    client.ticket.groupBy({ where: found, by: ['status'], _count: true }),
  ])
  const counts = new Map(Object.values(Status).map((one) => [one, 0]))
  for (const { status, _count } of statuses) counts.set(status, _count)
  return { tickets, count, counts, first: (page - 1) * ticketsOnAPage + 1, pages: Math.ceil(count / ticketsOnAPage) }
}

/** What somebody may read of what was written about a ticket. */
export function messagesOf(client: HelpDeskClient, ticketId: number) {
  return client.message.findMany({
    where: { ticketId },
    include: { author: true },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  })
}

/** Who can be assigned to tickets of a tenant. */
export function agentsOf(tenantId: number) {
  return rows.user.findMany({
    where: { memberships: { some: { tenantId, role: { in: ['agent', 'lead'] } } } },
    orderBy: { name: 'asc' },
  })
}
