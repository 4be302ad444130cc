'use server'

import { refresh } from 'next/cache'
import { Priority, type Status } from '../../../generated/prisma/enums'
import { serverAction, unchecked } from '../../../src/authorization'
import type { Person } from '../../../src/helpDesk'
import { idIn, oneOf, textIn } from '../../../src/input'
import { agentsOf, findTicket } from '../../../src/tickets'

// Each of these is an endpoint that anybody can call with anything. They answer what was wrong with what was sent, if something was.

/** Answers a customer, or an agent. */
export const reply = serverAction(
  async ({ actor, resource }, _id: number, text: string) => {
    const status = actor?.id === resource.requesterId ? 'open' : 'waiting'
    return write(resource.id, actor, text, status)
  },
  'reply',
  async (id: number, _text: string) => findTicket(id),
)

/** Writes what only agents will read. */
export const addNote = serverAction(
  async ({ actor, resource }, _id: number, text: string) => write(resource.id, actor, text),
  'add_note',
  async (id: number, _text: string) => findTicket(id),
)

export const close = serverAction(
  async ({ resource }, _id: number) => setStatus(resource.id, 'closed'),
  'close',
  async (id: number) => findTicket(id),
)

export const reopen = serverAction(
  async ({ resource }, _id: number) => setStatus(resource.id, 'open'),
  'reopen',
  async (id: number) => findTicket(id),
)

/** Fields of a ticket to change: each has to be one that the person may edit. */
export interface TicketChanges {
  readonly subject?: string
  readonly priority?: Priority
  readonly assigneeId?: number | null
  readonly tenantId?: number
}

/** Changes the subject, the priority, or who is assigned. A field too many, whichever it is, is refused with the whole change. */
export const edit = serverAction(
  async (authorization, _id: number, changes: TicketChanges) => {
    await authorization.assertWritable(changes)
    const { id } = authorization.resource
    const { subject, priority, assigneeId } = changes
    const tenantId = changes.tenantId === undefined ? authorization.resource.tenantId : idIn(changes.tenantId)
    const data: { subject?: string; priority?: Priority; assigneeId?: number | null; tenantId?: number } = {}
    // Nobody of the company that it leaves deals with it there.
    if (tenantId !== authorization.resource.tenantId) Object.assign(data, { tenantId, assigneeId: null })
    if (subject !== undefined) {
      const text = textIn(subject, 120)
      if (text === undefined) return 'A subject has 1 to 120 characters.'
      data.subject = text
    }
    if (priority !== undefined) {
      const known = oneOf(Object.values(Priority), priority)
      if (known === undefined) return 'There is no such priority.'
      data.priority = known
    }
    if (assigneeId !== undefined) {
      const agents = await agentsOf(tenantId)
      const agent = assigneeId === null ? null : agents.find((one) => one.id === idIn(assigneeId))?.id
      if (agent === undefined) return 'Only agents of the company can be assigned.'
      data.assigneeId = agent
    }
    // Refused if they could not edit the ticket where the change puts it.
    await authorization.client.ticket.update({ where: { id }, data, select: { id: true } })
    refresh()
    return undefined
  },
  'edit',
  async (id: number, _changes: TicketChanges) => findTicket(id),
)

/**
 * Writes a message that gives the ticket a status, or, without one, an internal note. A note leaves the ticket as it was: the time of
 * its last change, and with it its place in the lists, would tell customers of the note.
 */
async function write(
  ticketId: number,
  author: Person | null,
  sent: unknown,
  status?: Status,
): Promise<string | undefined> {
  // The policy lets only somebody write.
  if (!author) throw new Error('nobody wrote a message')
  const text = textIn(sent, 4000)
  if (text === undefined) return 'A message has 1 to 4000 characters.'
  const createdAt = new Date()
  const message = { text, internal: status === undefined, createdAt, ticketId, authorId: author.id }
  await unchecked.$transaction([
    unchecked.message.create({ data: message }),
    ...(status ? [unchecked.ticket.update({ where: { id: ticketId }, data: { status, updatedAt: createdAt } })] : []),
  ])
  refresh()
  return undefined
}

async function setStatus(id: number, status: Status): Promise<string | undefined> {
  await unchecked.ticket.update({ where: { id }, data: { status, updatedAt: new Date() } })
  refresh()
  return undefined
}
