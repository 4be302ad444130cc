import type { PrismaClient } from '../generated/prisma/client'
import { type Handle, people, tenants } from './tickets'

const minute = 60 * 1000
const latestDay = Date.UTC(2025, 10, 14)

/** Fills an empty database: 10 people, 3 tenants, 27 tickets and what was written about them. */
export async function seed(prisma: PrismaClient): Promise<void> {
  const userIds = new Map<Handle, number>(people.map(([handle], at) => [handle, at + 1]))
  const idOf = (handle: Handle): number => userIds.get(handle)!

  await prisma.user.createMany({ data: people.map(([handle, name]) => ({ id: idOf(handle), handle, name })) })
  await prisma.tenant.createMany({ data: tenants.map(({ name }, at) => ({ id: at + 1, name })) })
  await prisma.membership.createMany({
    data: tenants.flatMap(({ memberships }, at) =>
      people.flatMap(([handle]) => {
        const role = memberships[handle]
        return role ? [{ userId: idOf(handle), tenantId: at + 1, role }] : []
      }),
    ),
  })

  const tickets = tenants.flatMap((tenant, tenantAt) =>
    tenant.tickets.map((ticket, at) => {
      // The further down it stands, the older it is; people write in the afternoon.
      const day = latestDay - at * 24 * 60 * minute
      const updatedAt = day + (12 * 60 + ((at * 173 + tenantAt * 97) % 360)) * minute
      const times = ticket.talk.map((_, line) => new Date(updatedAt - (ticket.talk.length - 1 - line) * 43 * minute))
      return { ...ticket, tenantId: tenantAt + 1, times }
    }),
  )
  await prisma.ticket.createMany({
    data: tickets.map(({ from, subject, status, priority, assignee, tenantId, times, talk }, at) => ({
      id: at + 1,
      subject,
      status,
      priority,
      tenantId,
      requesterId: idOf(from),
      assigneeId: assignee ? idOf(assignee) : null,
      createdAt: times[0]!,
      // Internal notes leave the ticket as it was.
      updatedAt: times[talk.findLastIndex(([, , internal]) => internal === undefined)]!,
    })),
  })
  await prisma.message.createMany({
    data: tickets.flatMap(({ talk, times }, at) =>
      talk.map(([author, text, internal], line) => ({
        ticketId: at + 1,
        authorId: idOf(author),
        text,
        internal: internal !== undefined,
        createdAt: times[line]!,
      })),
    ),
  })
}
