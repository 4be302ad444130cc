import type { Metadata } from 'next'
import Link from 'next/link'
import { Face } from '../../components/Face'
import { PriorityMark, StatusMark, statusNames } from '../../components/Marks'
import { Moment } from '../../components/Moment'
import { roleOf } from '../../components/roleOf'
import { Status } from '../../generated/prisma/enums'
import { authorization, authorizedFilter, prisma } from '../../src/authorization'
import { idIn, oneOf, textIn } from '../../src/input'
import { signedIn } from '../../src/signedIn'
import { listTickets } from '../../src/tickets'

export const metadata: Metadata = { title: 'Tickets' }

interface Search {
  readonly status?: string | undefined
  readonly search?: string | undefined
  readonly page?: string | undefined
}

export default async function Page({ searchParams }: { searchParams: Promise<Search> }) {
  const actor = await signedIn()
  const { client } = await authorization()
  const asked = await searchParams
  const status = oneOf(Object.values(Status), asked.status)
  const search = textIn(asked.search, 100)
  const page = Math.max(1, idIn(asked.page))

  const byName = { name: 'asc' } as const
  const [{ tickets, count, counts, first, pages }, askable, exportable] = await Promise.all([
    listTickets(client, { status, search, page }),
    prisma.tenant.findMany({ ...authorizedFilter(actor, { action: 'open_ticket' }), orderBy: byName }),
    prisma.tenant.findMany({ ...authorizedFilter(actor, { action: 'export' }), orderBy: byName }),
  ])
  const tabs = [
    { name: 'All', status: undefined, count: [...counts.values()].reduce((sum, one) => sum + one, 0) },
    ...Object.values(Status).map((one) => ({ name: statusNames[one], status: one, count: counts.get(one) ?? 0 })),
  ]

  return (
    <main>
      <div className="heading">
        <div>
          <h1>Tickets</h1>
          <p className="lead">
            {actor.name} {roleOf(actor)}.
          </p>
        </div>
        <div className="buttons">
          {exportable.map(({ id, name }) => (
            <a key={id} className="button" href={`/tenants/${id}/export`} download>
              Export {name}
            </a>
          ))}
          {askable.map(({ id, name }) => (
            <Link key={id} className="button first" href={`/tenants/${id}/ask`}>
              Ask {name}
            </Link>
          ))}
        </div>
      </div>

      <div className="filters">
        <nav className="tabs" aria-label="Status">
          {tabs.map((tab) => (
            <Link
              key={tab.name}
              href={pathOf({ status: tab.status, search })}
              aria-current={tab.status === status ? 'page' : undefined}
            >
              {tab.name} <span className="count">{tab.count}</span>
            </Link>
          ))}
        </nav>
        <search>
          <form action="/tickets">
            {status && <input type="hidden" name="status" value={status} />}
            <input
              key={search}
              type="search"
              name="search"
              defaultValue={search}
              maxLength={100}
              placeholder="Search subjects"
              aria-label="Search subjects"
            />
          </form>
        </search>
      </div>

      {tickets.length === 0 ? (
        <p className="empty">No tickets here.</p>
      ) : (
        <ol className="tickets">
          {tickets.map((ticket) => (
            <li key={ticket.id} className={ticket.status}>
              <StatusMark status={ticket.status} />
              <div className="what">
                <Link href={`/tickets/${ticket.id}`}>{ticket.subject}</Link>
                <small>
                  {ticket.requester?.name} to {ticket.tenant?.name} · {messageCount(ticket._count.messages)}
                </small>
              </div>
              <PriorityMark priority={ticket.priority} />
              <span className="assignee">
                {ticket.assignee ? (
                  <>
                    <Face name={ticket.assignee.name} small /> {ticket.assignee.name}
                  </>
                ) : (
                  <span className="nobody">Nobody yet</span>
                )}
              </span>
              <Moment at={ticket.updatedAt} />
            </li>
          ))}
        </ol>
      )}

      <nav className="paging" aria-label="Pages">
        <span>{tickets.length > 0 ? `${first}–${first + tickets.length - 1} of ${count}` : `${count} in all`}</span>
        {page > 1 && (
          <Link className="button" rel="prev" href={pathOf({ status, search, page: String(page - 1) })}>
            Previous
          </Link>
        )}
        {page < pages && (
          <Link className="button" rel="next" href={pathOf({ status, search, page: String(page + 1) })}>
            Next
          </Link>
        )}
      </nav>
    </main>
  )
}

function pathOf(query: Search): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return given.length > 0 ? `/tickets?${new URLSearchParams(given)}` : '/tickets'
}

function messageCount(count: number): string {
  return count === 1 ? '1 message' : `${count} messages`
}
