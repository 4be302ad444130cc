import Link from 'next/link'
import { Face } from '../../../components/Face'
import { PriorityMark, priorityNames } from '../../../components/Marks'
import { Moment } from '../../../components/Moment'
import { Why } from '../../../components/Why'
import { Priority } from '../../../generated/prisma/enums'
import { Can } from '../../../src/authorization'
import type { agentsOf, findTicket } from '../../../src/tickets'
import { FieldSelect } from './FieldSelect'

interface Properties {
  readonly ticket: NonNullable<Awaited<ReturnType<typeof findTicket>>>
  readonly agents: Awaited<ReturnType<typeof agentsOf>>
  /** The fields that the person may change. */
  readonly editable: ReadonlySet<string>
  /** The actions that the person may do. */
  readonly actions: ReadonlySet<string>
}

const names = {
  reply: 'Reply',
  add_note: 'Add an internal note',
  close: 'Close',
  reopen: 'Reopen',
} as const

/** What there is to know of a ticket, and to change for who may. */
export function Details({ ticket, agents, editable, actions }: Properties) {
  const { id, priority, assignee } = ticket
  const priorities = Object.values(Priority).map((value) => ({ value, name: priorityNames[value] }))
  // Sound: the keys of a record of names.
  const refused = (Object.keys(names) as (keyof typeof names)[]).filter((action) => !actions.has(action))
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
      {refused.length > 0 && (
        <section className="refusals" aria-label="Not possible now">
          <h2>Not possible now</h2>
          {refused.map((action) => (
            <Why key={action} action={action} name={names[action]} ticket={ticket} />
          ))}
        </section>
      )}
    </aside>
  )
}
