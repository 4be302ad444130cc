import { Actions } from '@arcturus/next/client'
import type { Metadata } from 'next'
import Link from 'next/link'
import { StatusMark } from '../../../components/Marks'
import { authorization, authorize, authorizedActions } from '../../../src/authorization'
import { agentsOf, findTicket, messagesOf } from '../../../src/tickets'
import { Composer } from './Composer'
import { Conversation } from './Conversation'
import { Details } from './Details'
import { StatusButton } from './StatusButton'
import { Subject } from './Subject'

export const metadata: Metadata = { title: 'Ticket' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const ticket = await authorize('read', findTicket((await params).id))
  const asking = await authorization()
  const [messages, actions, fields] = await Promise.all([
    messagesOf(asking.client, ticket.id),
    authorizedActions(ticket),
    asking.authorizedFields('edit', ticket),
  ])
  const agents = fields.has('assigneeId') ? await agentsOf(ticket.tenantId) : []
  return (
    <Actions allowed={actions}>
      <main className="ticket">
        <Link className="back" href="/tickets">
          ← Tickets
        </Link>
        <div className="heading">
          <Subject key={ticket.subject} id={ticket.id} subject={ticket.subject} isEditable={fields.has('subject')} />
          <div className="buttons">
            <StatusMark status={ticket.status} />
            <StatusButton id={ticket.id} />
          </div>
        </div>
        <section className="talk" aria-label="Conversation">
          <Conversation messages={messages} requesterId={ticket.requesterId} tenant={ticket.tenant.name} />
          <Composer id={ticket.id} />
        </section>
        <Details ticket={ticket} agents={agents} editable={fields} actions={new Set(actions)} />
      </main>
    </Actions>
  )
}
