import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { application, notes, type TestApplication } from '../testing/application.js'

interface Row {
  readonly model: string
  readonly key?: unknown
}
const user = (key: unknown): Row => ({ model: 'User', key })
const note = (key: unknown): Row => ({ model: 'Note', key })

let count = 0
/** Returns a line of a log. */
const line = (actor: Row | null, action: string, resource: Row | undefined, outcome: string, rest: object = {}) =>
  JSON.stringify({
    kind: 'decision',
    id: `d-${++count}`,
    time: '2030-01-01T00:00:00.000Z',
    entry: 'can',
    actor,
    action,
    resource,
    outcome,
    ...rest,
  })

interface Found {
  readonly compared: number
  readonly moved: number
  readonly uncompared: Readonly<Record<string, number>>
  readonly changes: readonly { readonly id: string }[]
}

/** Runs the comparison of a log with a policy. */
const compared = async (one: TestApplication, lines: readonly string[], policy: string, ...args: readonly string[]) => {
  one.write('log.jsonl', `${lines.join('\n')}\n`)
  one.write('next/new.polar', policy)
  const to = ['--decisions', 'log.jsonl', '--to', join('next', 'new.polar'), ...args]
  const { code, json } = await one.run('diff', '--json', ...to)
  if (code > 1) throw new Error(JSON.stringify(json))
  return { code, ...(json as Found), text: () => one.run('diff', ...to) }
}

const polar = notes['policy.polar']!

describe('diff --decisions', () => {
  const recorded = () => [
    line(user(1), 'edit', note(1), 'allowed'),
    line(user(2), 'edit', note(1), 'denied'),
    line(null, 'read', note(3), 'allowed'),
    line(null, 'read', note(1), 'denied', { reason: 'nobody' }),
  ]

  it('finds no change under the policy that decided', async () => {
    const { code, changes, text, compared: number } = await compared(application(), recorded(), polar)
    expect({ code, changes, number }).toEqual({ code: 0, changes: [], number: 4 })
    expect((await text()).out).toBe(
      'No compared decision changes.\nCompared 4 decisions on the rows as they are now.\n',
    )
  })

  it('reports each changed decision, and explains one of each kind', async () => {
    const policy = `${polar.replace('note.isPublic = true', 'note.id = 0')}\nhas_role(_: User, "owner", _: Note);`
    const { code, changes, text } = await compared(application(), recorded(), policy)
    expect(code).toBe(1)
    expect(changes).toEqual([
      expect.objectContaining({
        actor: 'User:2',
        action: 'edit',
        resource: 'Note:1',
        before: 'denied',
        after: 'allowed',
      }),
      expect.objectContaining({
        actor: 'nobody',
        action: 'read',
        resource: 'Note:3',
        before: 'allowed',
        after: 'denied',
      }),
    ])
    const { out } = await text()
    expect(out).toContain('+ edit Note: 1 decision of 1 actor\n- read Note: 1 decision of 1 actor\nCompared 4')
    expect(out).toContain('User:2 edit Note:1: denied → allowed\nThe new policy:\n')
    expect(out).not.toContain('The old policy')
  })

  it('counts what it can not compare, by the reason', async () => {
    const lines = [
      ...recorded(),
      line(user(1), 'edit', note(99), 'allowed'),
      line(user('(masked)'), 'edit', note(1), 'allowed'),
      line(user(`${'1'.repeat(200)}…`), 'edit', note(1), 'allowed'),
      line(user('one'), 'edit', note(1), 'allowed'),
      line({ model: 'Gone', key: 1 }, 'edit', note(1), 'allowed'),
      line(user(1), 'read', { model: 'Note' }, 'allowed', { entry: 'filter', extent: 'condition' }),
      line(user(1), 'update', note(1), 'allowed', { entry: 'change' }),
      line(null, 'read', undefined, 'allowed', { entry: 'request' }),
      '{"kind":"undecided"}',
      '{"kind":"dropped","count":7}',
      '{"kind":"deci',
    ]
    const { code, uncompared, compared: number } = await compared(application(), lines, polar)
    expect({ code, number, uncompared }).toEqual({
      code: 0,
      number: 4,
      uncompared: {
        'rows that are not found: Note': 1,
        'rows that are not found: User': 1,
        'decisions about rows whose keys are not in the log': 2,
        'decisions about something that is no row': 1,
        'lists: the log does not name their rows': 1,
        'writes: the log has no data of rows': 1,
        'requests: the log does not have them': 1,
        'lines that are no decision': 2,
        'decisions that the log dropped': 7,
      },
    })
    const none = await application().run('diff', '--decisions', 'policy.polar')
    expect(none).toMatchObject({
      code: 2,
      error: expect.stringContaining('No decision of policy.polar can be compared.'),
    })
  })

  it('separates what changed with the rows, if it gets the old policy', async () => {
    const one = application()
    one.write('old/old.polar', polar)
    const lines = [line(user(2), 'edit', note(1), 'allowed'), line(user(1), 'edit', note(3), 'allowed')]
    const policy = polar.replace('note.owner = user;', 'note.owner = user and note.isPublic = false;')
    const { changes, moved } = await compared(one, lines, policy, join('old', 'old.polar'))
    expect(moved).toBe(1)
    expect(changes).toEqual([expect.objectContaining({ actor: 'User:1', resource: 'Note:3', after: 'denied' })])
  })

  it('compares decisions about fields and about new rows', async () => {
    const rules = `
      allow(_: User, "create", "Note");
      allow_field(user: User, "read", note: Note, field) if field = "id" or note.owner = user;`
    const fields = (names: readonly string[], outcome: string) =>
      line(user(2), 'read', note(1), outcome, { entry: 'field', fields: names })
    const lines = [
      line(user(1), 'create', { model: 'Note' }, 'allowed'),
      fields(['id'], 'allowed'),
      fields(['isPublic'], 'allowed'),
      fields(['id', 'isPublic'], 'allowed'),
      line(user(1), 'read', note(1), 'allowed', { entry: 'field' }),
      line(user(1), 'create', { model: 'Note' }, 'denied'),
    ]
    const { changes, uncompared } = await compared(application(), lines, polar + rules)
    expect(changes).toEqual([
      expect.objectContaining({ fields: ['isPublic'], before: 'allowed', after: 'denied' }),
      expect.objectContaining({ action: 'create', resource: 'Note', after: 'allowed' }),
    ])
    expect(uncompared).toEqual({
      'decisions on several fields of which some are allowed': 1,
      'lists of fields: the log does not name them': 1,
    })
  })

  it('reads rows and their relations from a snapshot, and not from the database', async () => {
    const config = notes['arcturus.config.ts']!.replace('isPublic: {', "ownerId: 'integer',\n      isPublic: {")
      .replace("{ one: 'User', nullable: false }", "{ one: 'User', from: 'ownerId', nullable: true }")
      .replace(
        'find: async (model, key) =>',
        "find: async (model, key) => { throw new Error('read') },\n      page: async () =>",
      )
    const one = application({ 'arcturus.config.ts': config })
    const snapshot = {
      User: [{ id: 1 }, { id: 2 }],
      note: [4, 5].map((id) => ({ id, isPublic: false, ownerId: id - 3 })),
    }
    const lines = [1, 2].flatMap((of) => [4, 5].map((id) => line(user(of), 'edit', note(id), 'allowed')))
    one.write('rows.json', JSON.stringify(snapshot))
    const found = await compared(one, lines, polar, '--snapshot', 'rows.json')
    expect(found.changes).toEqual([
      expect.objectContaining({ actor: 'User:1', resource: 'Note:5', after: 'denied' }),
      expect.objectContaining({ actor: 'User:2', resource: 'Note:4', after: 'denied' }),
    ])
    one.write('rows.json', JSON.stringify({ ...snapshot, User: [] }))
    expect(
      (await compared(one, [...lines, line(null, 'read', note(4), 'denied')], polar, '--snapshot', 'rows.json'))
        .uncompared,
    ).toEqual({
      'rows that are not found: User': 4,
    })
  })

  it('finds every planted change in a long log', { timeout: 60_000 }, async () => {
    const many = notes['arcturus.config.ts']!.replace(
      "[{ id: 1, name: 'ada' }, { id: 2, name: 'eve' }]",
      "Array.from({ length: 50 }, (_, at) => ({ id: at + 1, name: 'n' }))",
    )
      .replace('[1, 2, 3].map((id)', 'Array.from({ length: 400 }, (_, at) => at + 1).map((id)')
      .replace('id % 2 === 1 ? 0 : 1', '(id * 7) % 50')
    const one = application({ 'arcturus.config.ts': many })
    const planted = new Set<string>()
    const lines = Array.from({ length: 10_000 }, (_, at) => {
      const [of, id] = [(at % 50) + 1, ((at * 13) % 400) + 1]
      const answer = ((id * 7) % 50) + 1 === of
      const isPlanted = at % 97 === 5
      const text = line(user(of), 'edit', note(id), answer === isPlanted ? 'denied' : 'allowed')
      if (isPlanted) planted.add(JSON.parse(text).id)
      return text
    })
    const { changes, compared: number, uncompared } = await compared(one, lines, polar)
    expect({ number, uncompared }).toEqual({ number: 10_000, uncompared: {} })
    expect(planted.size).toBe(104)
    expect(new Set(changes.map(({ id }) => id))).toEqual(planted)
    expect(changes).toHaveLength(planted.size)
  })
})
