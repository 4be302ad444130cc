import { Authorizer } from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import { matrixReport, policyMatrix } from './matrix.js'

class User {
  constructor(readonly name: string) {}
}
class Note {
  constructor(
    readonly owner: string,
    readonly shared: boolean,
  ) {}
}

const authorizer = new Authorizer().registerClass(User).registerClass(Note)
authorizer.loadSync(`
  allow(user: User, action, note: Note) if action in ["read", "edit"] and note.owner = user.name;
  allow(_: User, "read", note: Note) if note.shared = true;
`)
const [ada, eve] = [new User('ada'), new User('eve')]
const [diary, plans] = [new Note('ada', false), new Note('ada', true)]
const rows = { actors: { ada, eve, nobody: null }, resources: { diary, plans } }

describe('policyMatrix', () => {
  it('resolves for a table that lists every allowed action', async () => {
    const { cells } = await policyMatrix(authorizer, {
      ...rows,
      allowed: `
               | diary      | plans
        ada    | read, edit | edit, read
        eve    | -          | read
        nobody |            |
      `,
    })
    expect(cells).toBe(6)
  })

  it('reads a Markdown table', async () => {
    const allowed = `
      |     | diary      | plans      |
      | --- | ---------- | ---------- |
      | ada | read, edit | read, edit |
      | eve | -          | read       |
    `
    expect((await matrixReport(authorizer, { ...rows, allowed })).differences).toEqual([])
  })

  it('denies what is not listed, and shows both tables of a failure', async () => {
    const failing = policyMatrix(authorizer, {
      ...rows,
      allowed: { ada: { diary: ['read'] }, eve: { diary: ['edit'] } },
    })
    await expect(failing).rejects.toMatchObject({
      name: 'AssertionError',
      message: `4 of 6 cells differ from the matrix.

ada on diary: may "edit", which the matrix does not list.
ada on plans: may "edit", "read", which the matrix does not list.
eve on diary: may not "edit", which the matrix lists.
eve on plans: may "read", which the matrix does not list.

The policy allows:

       | diary      | plans
ada    | edit, read | edit, read
eve    | -          | read
nobody | -          | -`,
    })
  })

  it('takes rows from functions', async () => {
    const report = await matrixReport(authorizer, {
      actors: { ada: async () => ada },
      resources: { diary: () => diary },
      allowed: { ada: { diary: ['read', 'edit'] } },
    })
    expect(report.differences).toEqual([])
  })

  it.each([
    ['an unknown actor', { eva: { diary: ['read'] } }, 'Unknown actor "eva" in `allowed`.'],
    ['an unknown resource', { eve: { dairy: ['read'] } }, 'Unknown resource "dairy" in `allowed`.'],
    ['an unknown action', { eve: { diary: ['raed'] } }, 'Unknown action "raed"'],
    ['a line with too few cells', '| diary | plans\n ada | read', 'The line of "ada" has 1 cells, not 2.'],
    ['two lines of an actor', '| diary \n ada | read \n ada | edit', 'The actor "ada" has two lines in the table.'],
    ['two columns of a resource', '| diary | diary \n ada | - | read', 'The resource "diary" has two columns'],
    ['an empty table', '', 'The table has no resources.'],
  ])('throws for %s', async (_, allowed, message) => {
    await expect(policyMatrix(authorizer, { ...rows, allowed })).rejects.toMatchObject({
      message: expect.stringContaining(message),
    })
  })

  it.each([
    ['a row that was not found', { actors: { eve }, resources: { diary: null } }],
    ['a list of rows', { actors: { eve }, resources: { diary: () => [diary] } }],
    ['a list of actors', { actors: { eve: [eve] }, resources: { diary } }],
    ['the name of a model', { actors: { eve }, resources: { diary: 'Note' } }],
  ])('throws for %s, which every policy denies', async (_, given) => {
    await expect(policyMatrix(authorizer, { ...given, allowed: {} })).rejects.toMatchObject({
      code: 'invalid-argument',
    })
  })
})

describe('the fields and requests of a matrix', () => {
  const own = new Authorizer().registerClass(User).registerClass(Note)
  own.loadSync(`allow(_: User, "read", _: Note);
    allow_field(_: User, "read", _: Note, "shared");
    allow_field(user: User, action, note: Note, "owner") if action in ["read", "edit"] and note.owner = user.name;
    allow_request(_: User, _);
    allow_request(nil, request) if request.path = "/login";`)
  const of = {
    actors: { ada, nobody: null },
    resources: { diary },
    allowed: { ada: { diary: ['read'] } },
  }
  const fields = { ada: { diary: { read: ['owner', 'shared'], edit: ['owner'] } } }
  const requests = {
    login: { request: { path: '/login' }, allowed: ['ada', 'nobody'] },
    home: { request: { path: '/' }, allowed: ['ada'] },
  }

  it('are exactly what is listed', async () => {
    const { cells, actualFields } = await policyMatrix(own, { ...of, fields, requests })
    // A cell, the fields of an action or two, and the requests of each actor.
    expect(cells).toBe(2 + 3 + 2)
    expect(actualFields).toEqual({
      ada: { diary: { read: ['owner', 'shared'], edit: ['owner'] } },
      nobody: { diary: { read: [] } },
    })
  })

  it('are told one by one where they differ', async () => {
    const failing = policyMatrix(own, {
      ...of,
      fields: { ada: { diary: { read: ['owner'], edit: ['owner', 'shared'] } } },
      requests: { home: { request: { path: '/' }, allowed: ['nobody'] } },
    })
    await expect(failing).rejects.toThrow(
      [
        '4 of 7 cells differ from the matrix.',
        '',
        'ada on diary: may "read" the field "shared", which the matrix does not list.',
        'ada on diary: may not "edit" the field "shared", which the matrix lists.',
        'ada: may make the request "home", which the matrix does not list.',
        'nobody: may not make the request "home", which the matrix lists.',
      ].join('\n'),
    )
    await expect(failing).rejects.toThrow(
      "fields: {\n  ada: {\n    diary: { read: ['owner', 'shared'], edit: ['owner'] },",
    )
  })

  it('name actors and resources of the matrix', async () => {
    await expect(policyMatrix(own, { ...of, fields: { eve: {} } })).rejects.toThrow('Unknown actor "eve" in `fields`.')
    const request = { home: { request: {}, allowed: ['eve'] } }
    await expect(policyMatrix(own, { ...of, requests: request })).rejects.toThrow('Unknown actor "eve" in `requests`.')
  })
})
