import { readFileSync } from 'node:fs'
import { testAuthorization } from '@arcturus/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { people } from '../scripts/tickets'
import { createHelpDesk, type Person, withMemberships } from '../src/helpDesk'
import { openSeeded } from './database'

const policy = readFileSync(new URL('../policy.polar', import.meta.url), 'utf8')

let seeded: Awaited<ReturnType<typeof openSeeded>>
let helpDesk: ReturnType<typeof createHelpDesk>
let expected: ReturnType<typeof testAuthorization>
beforeAll(async () => {
  seeded = await openSeeded()
  helpDesk = createHelpDesk(seeded.database, policy)
  expected = testAuthorization(helpDesk.authorizer)
})
afterAll(() => seeded.close())

const handles = people.map(([handle]) => handle)
const person = (handle: string): Promise<Person> =>
  helpDesk.rows.user.findUniqueOrThrow({ where: { handle }, include: withMemberships })
const ticket = (subject: string) => helpDesk.rows.ticket.findFirstOrThrow({ where: { subject } })

describe.each([...handles, null])('of %s', (handle) => {
  const actor = () => (handle === null ? null : person(handle))

  it('the list of tickets has those that the check allows', async () => {
    const { prisma, rows, authorizedFilter } = helpDesk
    const [somebody, all] = [await actor(), await rows.ticket.findMany()]
    const listed = new Set((await prisma.ticket.findMany(authorizedFilter(somebody))).map(({ id }) => id))
    await expected.expectOnlyAllowed(
      somebody,
      'read',
      all,
      all.filter(({ id }) => listed.has(id)),
    )
  })

  it('the lists of messages have those that the check allows', async () => {
    const { prisma, rows, authorizedFilter } = helpDesk
    const [somebody, all] = [await actor(), await rows.message.findMany()]
    const listed = new Set((await prisma.message.findMany(authorizedFilter(somebody))).map(({ id }) => id))
    await expected.expectOnlyAllowed(
      somebody,
      'read',
      all,
      all.filter(({ id }) => listed.has(id)),
    )
  })
})

describe('the tickets that are seen', () => {
  it.each([
    ['maren', 14],
    ['zofia', 19],
    ['lucia', 8],
    ['kenji', 12],
    ['anna', 5],
    ['mila', 9],
    ['tom', 6],
    ['felix', 0],
  ])('by %s are %i', async (handle, count) => {
    expect(await helpDesk.prisma.ticket.count(helpDesk.authorizedFilter(await person(handle)))).toBe(count)
  })

  it('have internal notes for agents alone', async () => {
    const { prisma, authorizedFilter } = helpDesk
    const notes = async (handle: string) =>
      prisma.message.count(authorizedFilter(await person(handle), { where: { internal: true } }))
    expect(await notes('maren')).toBe(5)
    expect(await notes('anna')).toBe(0)
    // He is an agent of the bank, and only a customer of the outfitter.
    expect(await notes('kenji')).toBe(2)
  })
})

describe('who may do what', () => {
  it('depends on who they are to the ticket, and on whether it is closed', async () => {
    const { expectActions, expectDenied } = expected
    const [anna, idris, mila] = [await person('anna'), await person('idris'), await person('mila')]
    const open = await ticket('Tent pole snapped on its first night')
    const closed = await ticket('Crampons for narrow boots')
    await expectActions(anna, open, ['read', 'reply', 'edit', 'close'])
    await expectActions(idris, open, ['read', 'reply', 'edit', 'close', 'add_note'])
    await expectActions(anna, closed, ['read', 'reopen'])
    await expectActions(idris, closed, ['read', 'reopen', 'add_note'])
    await expectDenied(mila, ['read', 'reply', 'close'], open, { status: 404 })
    await expectDenied(anna, ['add_note', 'reopen'], open, { status: 403 })
    await expectDenied(null, 'read', open, { status: 401 })
  })

  it('is decided for each field', async () => {
    const { expectFields } = expected
    const open = await ticket('Tent pole snapped on its first night')
    await expectFields(await person('anna'), 'edit', open, ['subject'])
    await expectFields(await person('idris'), 'edit', open, ['priority', 'assigneeId', 'tenantId'])
    await expectFields(await person('mila'), 'edit', open, [])
  })

  it('is kept within a tenant', async () => {
    const { expectAllowed, expectDenied } = expected
    const [zofia, lucia] = [await person('zofia'), await person('lucia')]
    const [fjordline, papaya, orbit] = await helpDesk.rows.tenant.findMany({ orderBy: { id: 'asc' } })
    await expectAllowed(zofia, 'export', orbit)
    await expectDenied(zofia, 'export', fjordline, { status: 403 })
    await expectDenied(zofia, 'export', papaya, { status: 404 })
    await expectAllowed(lucia, 'export', papaya)
    await expectDenied(lucia, 'open_ticket', papaya, { status: 403 })
    await expectAllowed(await person('tom'), 'open_ticket', papaya)
  })
})
