import type { RouteContext } from '@arcturus/next'
import type { NextRequest } from 'next/server'
import { withAuthorization } from '../../../../src/authorization'
import { csv } from '../../../../src/csv'
import { findTenant } from '../../../../src/tickets'

/** All tickets of a tenant as a table: for who leads its support. */
export const GET = withAuthorization(
  async ({ authorization: { client, resource } }) => {
    const tickets = await client.ticket.findMany({
      where: { tenantId: resource.id },
      include: { requester: true, assignee: true },
      orderBy: { id: 'asc' },
    })
    const rows = tickets.map(({ id, subject, status, priority, requester, assignee, createdAt, updatedAt }) => [
      String(id),
      subject,
      status,
      priority,
      requester?.name ?? '',
      assignee?.name ?? '',
      createdAt.toISOString(),
      updatedAt.toISOString(),
    ])
    const head = ['id', 'subject', 'status', 'priority', 'requester', 'assignee', 'created', 'updated']
    return new Response(csv([head, ...rows]), {
      headers: {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': `attachment; filename="tickets-${resource.id}.csv"`,
      },
    })
  },
  'export',
  async (_request: NextRequest, { params }: RouteContext) => findTenant((await params)['id']),
)
