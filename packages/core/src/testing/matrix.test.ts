import { describe, expect, it } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
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
