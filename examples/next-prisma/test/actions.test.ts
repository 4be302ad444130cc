import { readFileSync } from 'node:fs'
import { testAuthorization } from '@arcturus/testing'
import { NextRequest } from 'next/server'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { withMemberships } from '../src/helpDesk'
import { openSeeded } from './database'

// What Next has around an action: a request, here one as somebody, and a page to show anew.
let request = new Headers()
vi.mock('next/headers.js', () => ({ headers: async () => request, cookies: async () => new Map() }))
vi.mock('next/cache', () => ({ refresh: () => {} }))
vi.mock('../policy.polar', () => ({ default: readFileSync(new URL('../policy.polar', import.meta.url), 'utf8') }))

let seeded: Awaited<ReturnType<typeof openSeeded>>
let actions: typeof import('../app/tickets/[id]/actions')
let asking: typeof import('../app/tenants/[id]/ask/actions')
let exporting: typeof import('../app/tenants/[id]/export/route')
let helpDesk: typeof import('../src/authorization')
let as: ReturnType<typeof testAuthorization>['as']
beforeAll(async () => {
  seeded = await openSeeded()
  process.env['DATABASE_URL'] = seeded.url
  helpDesk = await import('../src/authorization')
  actions = await import('../app/tickets/[id]/actions')
  asking = await import('../app/tenants/[id]/ask/actions')
  exporting = await import('../app/tenants/[id]/export/route')
  as = testAuthorization(helpDesk.authorizer).as
})
afterAll(async () => {
  await helpDesk.prisma.$disconnect()
  await seeded.close()
})

/** From now on requests come from them. */
async function signIn(handle: string | null): Promise<void> {
  const actor =
    handle === null ? null : await helpDesk.rows.user.findUniqueOrThrow({ where: { handle }, include: withMemberships })
  request = new Headers(as(actor))
}
const idOf = async (subject: string): Promise<number> =>
  (await seeded.database.ticket.findFirstOrThrow({ where: { subject } })).id
const userId = async (handle: string): Promise<number> =>
  (await seeded.database.user.findUniqueOrThrow({ where: { handle } })).id
const ticketOf = (id: number) =>
  seeded.database.ticket.findUniqueOrThrow({ where: { id }, include: { messages: true } })

const tent = 'Tent pole snapped on its first night'
const crampons = 'Crampons for narrow boots'
const done = { allowed: true, value: undefined }
const refused = (status: number, fields: readonly string[] = []) =>
  expect.objectContaining({ allowed: false, status, fields })

describe('an action on a ticket', () => {
  const every = {
    reply: (id: number) => actions.reply(id, 'Forged'),
    addNote: (id: number) => actions.addNote(id, 'Forged'),
    edit: (id: number) => actions.edit(id, { subject: 'Forged' }),
    close: (id: number) => actions.close(id),
    reopen: (id: number) => actions.reopen(id),
  } as const
  const names = Object.keys(every) as (keyof typeof every)[]

  it.each(names)('%s does nothing to tickets of others', async (name) => {
    const before = await seeded.database.ticket.findMany({ include: { messages: true } })
    // Of another customer, of another company, of nobody at all.
    for (const [handle, id, status] of [
      ['mila', await idOf(tent), 404],
      ['lucia', await idOf(tent), 404],
      ['felix', await idOf(crampons), 404],
      ['mila', 9999, 404],
      [null, await idOf(tent), 401],
      [null, 9999, 401],
    ] as const) {
      await signIn(handle)
      expect([handle, id, await every[name](id)]).toEqual([handle, id, refused(status)])
    }
    expect(await seeded.database.ticket.findMany({ include: { messages: true } })).toEqual(before)
  })

  it.each([{ gt: 0 }, [1], null, undefined, -1, 1.5, Number.NaN, 1e20])('takes no %j for an id', async (id) => {
    await signIn('maren')
    // Sound: whoever calls an endpoint sends what they like.
    expect(await actions.close(id as number)).toEqual(refused(404))
  })

  it('works for participants and moves the ticket', async () => {
    const id = await idOf(tent)
    await signIn('idris')
    expect(await actions.reply(id, '  It is in the post.  ')).toEqual(done)
    expect((await ticketOf(id)).status).toBe('waiting')
    expect(await actions.addNote(id, 'Sent from the Oslo shop.')).toEqual(done)
    await signIn('anna')
    expect(await actions.reply(id, 'Thank you!')).toEqual(done)
    const { status, messages } = await ticketOf(id)
    expect(status).toBe('open')
    expect(messages.slice(-3).map(({ text, internal }) => [text, internal])).toEqual([
      ['It is in the post.', false],
      ['Sent from the Oslo shop.', true],
      ['Thank you!', false],
    ])
  })

  it('that writes a note leaves no trace on the ticket', async () => {
    const id = await idOf(tent)
    const { messages: before, ...ticket } = await ticketOf(id)
    await signIn('idris')
    expect(await actions.addNote(id, 'Batch 2508 again.')).toEqual(done)
    const { messages, ...after } = await ticketOf(id)
    expect(messages).toHaveLength(before.length + 1)
    expect(after).toEqual(ticket)
  })

  it('is denied in the wrong state of the ticket', async () => {
    await signIn('anna')
    const [open, closed] = [await idOf(tent), await idOf(crampons)]
    expect(await actions.reopen(open)).toEqual(refused(403))
    expect(await actions.addNote(open, 'I am an agent')).toEqual(refused(403))
    expect(await actions.reply(closed, 'One more thing')).toEqual(refused(403))
    expect(await actions.close(closed)).toEqual(refused(403))
    expect(await actions.reopen(closed)).toEqual(done)
    expect(await actions.close(closed)).toEqual(done)
  })

  it('reports an invalid message', async () => {
    await signIn('anna')
    const id = await idOf(tent)
    for (const text of ['', '   ', 'x'.repeat(4001), 7, null, { text: 'x' }]) {
      expect(await actions.reply(id, text as string)).toEqual({
        allowed: true,
        value: 'A message has 1 to 4000 characters.',
      })
    }
  })
})

describe('a change of a ticket', () => {
  it('contains only editable fields', async () => {
    const id = await idOf('Rope: date of manufacture missing')
    await signIn('idris')
    expect(await actions.edit(id, { priority: 'urgent', assigneeId: await userId('zofia') })).toEqual(done)
    await signIn('kenji')
    expect(await actions.edit(id, { subject: 'Rope without a date' })).toEqual(done)
    expect(await ticketOf(id)).toMatchObject({
      subject: 'Rope without a date',
      priority: 'urgent',
      assigneeId: await userId('zofia'),
    })
    await signIn('idris')
    expect(await actions.edit(id, { assigneeId: null })).toEqual(done)
    expect((await ticketOf(id)).assigneeId).toBeNull()
  })

  it.each([
    ['anna', { subject: 'Mine', priority: 'urgent' }, ['priority']],
    ['anna', { assigneeId: 1 }, ['assigneeId']],
    ['anna', { subject: 'Mine', status: 'closed', tenantId: 2 }, ['status', 'tenantId']],
    ['idris', { subject: 'Ours' }, ['subject']],
    ['idris', { priority: 'low', requesterId: 1, id: 2 }, ['requesterId', 'id']],
    ['idris', { messages: { deleteMany: {} } }, ['messages']],
  ])('by %s with %j is denied as a whole', async (handle, changes, fields) => {
    const id = await idOf(tent)
    const before = await ticketOf(id)
    await signIn(handle)
    expect(await actions.edit(id, changes as object)).toEqual(refused(403, fields))
    expect(await ticketOf(id)).toEqual(before)
  })

  it('hands a ticket only to a company where they are agents too', async () => {
    const id = await idOf(tent)
    const before = await ticketOf(id)
    const other = await seeded.database.tenant.findFirstOrThrow({ where: { id: { not: before.tenantId } } })
    await signIn('idris')
    for (const tenantId of [other.id, 9999]) expect(await actions.edit(id, { tenantId })).toEqual(refused(403))
    expect(await ticketOf(id)).toEqual(before)
    const both = { userId: await userId('idris'), tenantId: other.id }
    await seeded.database.membership.create({ data: { ...both, role: 'agent' } })
    await signIn('idris')
    expect(await actions.edit(id, { tenantId: other.id })).toEqual(done)
    expect(await ticketOf(id)).toMatchObject({ tenantId: other.id, assigneeId: null })
    await seeded.database.membership.delete({ where: { userId_tenantId: both } })
    await seeded.database.ticket.update({
      where: { id },
      data: { tenantId: before.tenantId, assigneeId: before.assigneeId },
    })
  })

  it.each([null, undefined, 'subject', 7, true, Promise.resolve({ subject: 'Mine' })])(
    'that is %j is a result',
    async (changes) => {
      vi.spyOn(console, 'error').mockImplementation(() => {})
      const id = await idOf(tent)
      const before = await ticketOf(id)
      await signIn('anna')
      // Sound: whoever calls an endpoint sends what they like.
      expect(await actions.edit(id, changes as object)).toEqual(refused(400))
      expect(await ticketOf(id)).toEqual(before)
    },
  )

  it.each([
    [{ priority: 'most' }, 'There is no such priority.'],
    [{ priority: { set: 'low' } }, 'There is no such priority.'],
    [{ assigneeId: 4 }, 'Only agents of the company can be assigned.'],
    [{ assigneeId: 9999 }, 'Only agents of the company can be assigned.'],
    [{ assigneeId: { increment: 1 } }, 'Only agents of the company can be assigned.'],
  ])('to %j reports the mistake', async (changes, value) => {
    const id = await idOf(tent)
    const before = await ticketOf(id)
    await signIn('idris')
    expect(await actions.edit(id, changes as object)).toEqual({ allowed: true, value })
    expect(await ticketOf(id)).toEqual(before)
  })
})

describe('a ticket as it was seeded', () => {
  it('was last changed by a message that customers read', async () => {
    const fresh = await openSeeded()
    const tickets = await fresh.database.ticket.findMany({ include: { messages: true } })
    await fresh.close()
    for (const { updatedAt, messages } of tickets) {
      const readable = messages.filter(({ internal }) => !internal)
      expect(Math.max(...readable.map(({ createdAt }) => createdAt.getTime()))).toBe(updatedAt.getTime())
    }
  })
})

describe('a new ticket', () => {
  it.each([
    ['maren', 1, 403],
    ['anna', 2, 404],
    ['felix', 1, 404],
    ['anna', 9999, 404],
    [null, 1, 401],
  ] as const)('of %s for tenant %i is denied with %i', async (handle, tenantId, status) => {
    await signIn(handle)
    expect(await asking.openTicket(tenantId, 'Forged', 'Forged')).toEqual(refused(status))
    expect(await seeded.database.ticket.count({ where: { subject: 'Forged' } })).toBe(0)
  })

  it('belongs to the person who opened it', async () => {
    await signIn('tom')
    await expect(asking.openTicket(3, 'Flat tyre', 'Bike 99.')).rejects.toMatchObject({
      digest: expect.stringContaining('NEXT_REDIRECT'),
    })
    expect(
      await seeded.database.ticket.findFirst({ where: { subject: 'Flat tyre' }, include: { messages: true } }),
    ).toMatchObject({
      tenantId: 3,
      requesterId: await userId('tom'),
      status: 'open',
      messages: [{ text: 'Bike 99.', internal: false }],
    })
  })
})

describe('the export', () => {
  const get = async (handle: string | null, id: string) => {
    await signIn(handle)
    const asked = new NextRequest(`http://localhost/tenants/${id}/export`, { headers: request })
    return exporting.GET(asked, { params: Promise.resolve({ id }) })
  }

  it.each([
    ['maren', '1', 200],
    ['zofia', '3', 200],
    ['idris', '1', 403],
    ['anna', '1', 403],
    ['maren', '2', 404],
    ['maren', '9999', 404],
    [null, '1', 401],
  ] as const)('is for %s of tenant %s answered by %i', async (handle, id, status) => {
    expect((await get(handle, id)).status).toBe(status)
  })

  it('has every ticket of the tenant, and no formula', async () => {
    await seeded.database.ticket.update({ where: { id: 2 }, data: { subject: '=HYPERLINK("http://evil")' } })
    const answer = await get('maren', '1')
    const lines = (await answer.text()).trimEnd().split('\r\n')
    expect(lines).toHaveLength(1 + (await seeded.database.ticket.count({ where: { tenantId: 1 } })))
    expect(lines[2]).toContain(`"'=HYPERLINK(""http://evil"")"`)
    expect(answer.headers.get('cache-control')).toBe('private')
  })
})
