'use server'

import { redirect } from 'next/navigation'
import { serverAction, unchecked } from '../../../../src/authorization'
import { textIn } from '../../../../src/input'
import { findTenant } from '../../../../src/tickets'

/** Opens a ticket with what it is about, and shows it. Answers what was wrong with what was sent, if something was. */
export const openTicket = serverAction(
  async ({ actor, resource }, _tenantId: number, sentSubject: string, sentText: string): Promise<string> => {
    // The policy lets only somebody open tickets.
    if (!actor) throw new Error('nobody opened a ticket')
    const subject = textIn(sentSubject, 120)
    const text = textIn(sentText, 4000)
    if (subject === undefined) return 'A subject has 1 to 120 characters.'
    if (text === undefined) return 'A message has 1 to 4000 characters.'
    const ticket = await unchecked.ticket.create({
      data: {
        subject,
        tenantId: resource.id,
        requesterId: actor.id,
        messages: { create: { text, authorId: actor.id } },
      },
    })
    redirect(`/tickets/${ticket.id}`)
  },
  'open_ticket',
  async (tenantId: number, _subject: string, _text: string) => findTenant(tenantId),
)
