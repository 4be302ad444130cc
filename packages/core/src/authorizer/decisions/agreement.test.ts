import { describe, expect, it } from 'vitest'
import type { ModelDeclaration } from '../../index.js'
import { Authorizer } from '../authorizer.js'

const models: readonly ModelDeclaration[] = [
  { name: 'User', key: 'id', fields: { id: 'integer' } },
  {
    name: 'Folder',
    key: 'id',
    fields: { id: 'integer', ownerId: 'integer', owner: { one: 'User', from: 'ownerId', to: 'id', nullable: false } },
  },
  {
    name: 'Note',
    key: 'id',
    fields: {
      id: 'integer',
      level: 'string',
      title: 'string',
      folderId: 'integer',
      folder: { one: 'Folder', from: 'folderId', to: 'id', nullable: false },
    },
  },
]

const policy = `
  actor User {}
  resource Note { permissions = ["read", "edit", "print"]; }
  allow(user: User, action, note: Note) if has_permission(user, action, note) and not frozen(action, note);
  frozen("edit", note: Note) if note.level = "frozen";
  has_permission(_: User, "read", note: Note) if note.level = "public";
  has_permission(user: User, "read", note: Note) if note.folder.owner = user;
  has_permission(user: User, "edit", note: Note) if note.folder.owner = user;
  has_permission(_: User, "print", note: Note) if note.title = "printed";
  allow_field(_: User, "read", note: Note, "title") if note.level = "public";
  allow_field(user: User, "read", note: Note, field) if field in ["title", "id"] and note.folder.owner = user;
  allow_field(_: User, "read", note: Note, "level") if note.level = "public";
`

type Evaluator = 'machine' | 'closures' | 'source' | 'auto'
const actions = ['read', 'edit', 'print'] as const
const rows = {
  'all columns': { level: 'public', title: 'printed' },
  'a frozen row': { level: 'frozen', title: 'printed' },
  'no level': { title: 'printed' },
  'no title': { level: 'secret' },
} as const

/** @param loads - The relations that the loader loads. */
function open(evaluator: Evaluator, loads: readonly string[], text = policy) {
  const authorizer = new Authorizer({ log() {}, evaluator })
  authorizer.registerModels(models, async ({ name }) =>
    loads.includes(name) ? authorizer.as('Folder', { id: 5, ownerId: 1 }) : undefined,
  )
  authorizer.loadSync(text)
  return authorizer
}

async function settled<Value>(ask: () => Value | Promise<Value>): Promise<Value | string> {
  try {
    return await ask()
  } catch (error) {
    return String((error as { readonly code?: string }).code)
  }
}

describe.each(['machine', 'closures', 'source', 'auto'] as const)('all methods agree: %s', (evaluator) => {
  it.each(
    Object.keys(rows).flatMap((row) =>
      [['folder'], []].flatMap((loads) => [1, 2].map((user) => [row as keyof typeof rows, loads, user] as const)),
    ),
  )('on %s, with loaders for %j, for user %i', async (row, loads, id) => {
    const authorizer = open(evaluator, loads)
    const user = authorizer.as('User', { id })
    const note = () => authorizer.as('Note', { id: 1, folderId: 5, ...rows[row] })
    const expected: (boolean | string)[] = []
    for (const action of actions) {
      const allowed = await settled(() => authorizer.isAllowed(user, action, note()))
      expected.push(allowed)
      expect(await settled(async () => (await authorizer.isAllowedMany(user, action, [note()]))[0])).toBe(allowed)
      const proven = async () => {
        let solutions = 0
        for await (const _ of authorizer.queryRule('allow', user, action, note())) solutions++
        return solutions > 0
      }
      expect(await settled(proven)).toBe(allowed)
      const text = 'allow(user, action, note)'
      const bindings = new Map<string, unknown>([
        ['user', user],
        ['action', action],
        ['note', note()],
      ])
      const queried = async () => !(await authorizer.query(text, { bindings }).next()).done
      expect(await settled(queried)).toBe(allowed)
      const now = await settled(() => authorizer.can(user, action, note()))
      if (now !== allowed) expect([now, loads]).toEqual(['relation-not-loaded', ['folder']])
    }
    const listed = await settled(() => authorizer.authorizedActions(user, note()))
    const failed = expected.find((one) => typeof one === 'string')
    if (failed) expect(expected).toContain(listed)
    else expect(listed).toEqual(new Set(actions.filter((_, at) => expected[at])))
  })

  it('on fields', async () => {
    const authorizer = open(evaluator, ['folder'])
    const [owner, other] = [1, 2].map((id) => authorizer.as('User', { id }))
    const note = () => authorizer.as('Note', { id: 1, folderId: 5 })
    await authorizer.authorizeField(owner, 'read', note(), 'title')
    await expect(authorizer.authorizeField(owner, 'read', note(), 'level')).rejects.toThrow('level not found')
    await expect(authorizer.authorizedFields(owner, 'read', note())).rejects.toThrow('level not found')
    await expect(authorizer.authorizedFields(other, 'read', note())).rejects.toThrow('level not found')
    expect(await authorizer.pickAuthorized(owner, 'read', note())).toEqual({ id: 1 })
    const titled = authorizer.as('Note', { id: 1, folderId: 5, title: 'plan' })
    expect(await authorizer.pickAuthorized(owner, 'read', titled)).toEqual({ id: 1, title: 'plan' })
    await authorizer.assertWritable(owner, 'read', note(), { title: 'new' })
  })
})

describe('a list of actions', () => {
  const data = `
    allow(user: User, action, note: Note) if action in user.actions and note.id = 1;
    allow(_: User, "read", note: Note) if note.title = "printed";
    allow(_: User, "read", note: Note) if note.id = 1;
  `

  it('throws an error that can concern an action that only data name', async () => {
    const authorizer = open('auto', [], data)
    const user = (actions: unknown) => authorizer.as('User', { id: 1, actions })
    const note = (title?: string) => authorizer.as('Note', { id: 1, ...(title && { title }) })
    expect(await authorizer.authorizedActions(user(['sign']), note('printed'))).toEqual(new Set(['sign', 'read']))
    expect(await authorizer.isAllowed(user(undefined), 'read', note('printed'))).toBe(true)
    await expect(authorizer.authorizedActions(user(undefined), note('printed'))).rejects.toThrow('actions not found')
  })
})

describe('a query', () => {
  it('yields whole rows, and keys where keys are compared', async () => {
    const loaded: string[] = []
    const authorizer = new Authorizer({ log() {} })
    authorizer.registerModels(models, async ({ name }) => {
      loaded.push(name)
      if (name === 'folder') return authorizer.as('Folder', { id: 5, ownerId: 1 })
      return name === 'owner' ? authorizer.as('User', { id: 1, name: 'Ann' }) : undefined
    })
    authorizer.loadSync('owned_by(user: User, note: Note) if note.folder.owner = user; of(note, note.folder.owner);')
    const note = authorizer.as('Note', { id: 1, folderId: 5 })
    for await (const _ of authorizer.queryRule('owned_by', authorizer.as('User', { id: 1 }), note))
      expect(loaded).toEqual(['folder'])
    loaded.length = 0
    const found: unknown[] = []
    const bindings = new Map([['note', note]])
    const text = 'owner = note.folder.owner and all = [note.folder.owner]'
    for await (const solution of authorizer.query(text, { bindings })) found.push(Object.fromEntries(solution))
    const owner = { id: 1, name: 'Ann' }
    expect(found).toEqual([{ owner, all: [owner], note }])
    expect(loaded).toEqual(['folder', 'owner'])
  })

  it('rejects a row that nothing loads', async () => {
    const authorizer = open('auto', [])
    const bindings = new Map([['note', authorizer.as('Note', { id: 1, folderId: 5 })]])
    const first = authorizer.query('folder = note.folder', { bindings }).next()
    await expect(first).rejects.toMatchObject({ code: 'relation-not-loaded' })
  })
})
