import Link from 'next/link'
import { Face } from '../../../components/Face'
import { PriorityMark, priorityNames } from '../../../components/Marks'
import { Moment } from '../../../components/Moment'
import { Priority } from '../../../generated/prisma/enums'
import { Can } from '../../../src/authorization'
import type { agentsOf, findTicket } from '../../../src/tickets'
import { FieldSelect } from './FieldSelect'

interface Properties {
  readonly ticket: NonNullable<Awaited<ReturnType<typeof findTicket>>>
  readonly agents: Awaited<ReturnType<typeof agentsOf>>
  /** The fields that the person may change. */
  readonly editable: ReadonlySet<string>
}

/** What there is to know of a ticket, and to change for who may. */
export function Details({ ticket, agents, editable }: Properties) {
  const { id, priority, assignee } = ticket
  const priorities = Object.values(Priority).map((value) => ({ value, name: priorityNames[value] }))
  const assignable = agents.map(({ id, name }) => ({ value: id, name }))
  return (
    <aside className="details" aria-label="Details">
      <dl>
        <dt>Priority</dt>
        <dd>
          {editable.has('priority') ? (
            <FieldSelect id={id} field="priority" value={priority} options={priorities} />
          ) : (
            <PriorityMark priority={priority} />
          )}
        </dd>
        <dt>Assigned to</dt>
        <dd>
          {editable.has('assigneeId') ? (
            <FieldSelect
              id={id}
              field="assigneeId"
              value={assignee?.id ?? null}
              options={[{ value: null, name: 'Nobody yet' }, ...assignable]}
            />
          ) : assignee ? (
            <>
              <Face name={assignee.name} small /> {assignee.name}
            </>
          ) : (
            'Nobody yet'
          )}
        </dd>
        <dt>Asked by</dt>
        <dd>
          <Face name={ticket.requester.name} small /> {ticket.requester.name}
        </dd>
        <dt>Company</dt>
        <dd>{ticket.tenant.name}</dd>
        <dt>Opened</dt>
        <dd>
          <Moment at={ticket.createdAt} />
        </dd>
        <dt>Last change</dt>
        <dd>
          <Moment at={ticket.updatedAt} />
        </dd>
        <dt>Number</dt>
        <dd>{id}</dd>
      </dl>
      <Can action="open_ticket" resource={ticket.tenant}>
        <Link className="button" href={`/tenants/${ticket.tenantId}/ask`}>
          Ask something else
        </Link>
      </Can>
    </aside>
  )
}
