import { describe, expect, it } from 'vitest'
import type { Model, RelationField } from '../../schema/model.js'
import type { Wanted } from '../../schema/wanted.js'
import { Authorizer } from '../authorizer.js'
import { RelationMemory } from './relations.js'

const roles: RelationField = {
  kind: 'relation',
  name: 'roles',
  model: 'Role',
  many: true,
  kept: true,
  nullable: false,
  from: [],
  to: [],
}
const model = (name: string, fields: readonly RelationField[] = []): Model => ({
  name,
  class: undefined,
  fields: new Map(fields.map((field) => [field.name, field])),
  key: ['id'],
  closed: false,
  isaCheck: undefined,
})

/** An actor whose roles are kept elsewhere, and how often they were fetched. */
function world() {
  const state = { fetched: 0, names: ['editor'] }
  const authorizer = new Authorizer().registerModels(
    [model('User', [roles]), model('Role'), model('Page')],
    async () => {
      state.fetched++
      return state.names.map((name, id) => authorizer.as('Role', { id, name }))
    },
  )
  authorizer.loadSync(`
    allow(user: User, action, _: Page) if role in user.roles and action in ["read", "edit"] and role.name = "editor";
    allow_field(user: User, "read", _: Page, field) if field in ["title", "body"] and role in user.roles and role.name = "editor";
  `)
  const ann = authorizer.as('User', { id: 1 })
  const page = authorizer.as('Page', { id: 1 })
  return { state, authorizer, ann, page }
}

describe('a relation loaded for an object', () => {
  it.each([
    ['isAllowed', (w: ReturnType<typeof world>) => w.authorizer.isAllowed(w.ann, 'read', w.page)],
    ['authorizedActions', async (w) => (await w.authorizer.authorizedActions(w.ann, w.page)).size > 0],
    ['authorizedFields', async (w) => (await w.authorizer.authorizedFields(w.ann, 'read', w.page)).size > 0],
    ['filterLoading', async (w) => (await w.authorizer.loadFilter(w.ann, 'read', 'Page')).kind === 'all'],
    [
      'authorize',
      (w) =>
        w.authorizer.authorize(w.ann, 'edit', w.page).then(
          () => true,
          () => false,
        ),
    ],
  ] as readonly [string, (w: ReturnType<typeof world>) => Promise<boolean>][])(
    'is loaded once by %s and again by the next, so that revoked roles are gone',
    async (_, ask) => {
      const one = world()
      expect(await ask(one)).toBe(true)
      expect(one.state.fetched).toBe(1)
      one.state.names = []
      expect(await ask(one)).toBe(false)
      // A refusal of `authorize` asks two things of what was fetched once.
      expect(one.state.fetched).toBe(2)
    },
  )

  it('is kept if the authorizer remembers it', async () => {
    const { state, authorizer, ann, page } = world()
    let memory: RelationMemory | undefined = new RelationMemory()
    const stop = authorizer.rememberIn(() => memory)
    for (let i = 0; i < 3; i++) await authorizer.isAllowed(ann, 'read', page)
    await authorizer.loadFilter(ann, 'edit', 'Page')
    expect(state.fetched).toBe(1)
    memory = new RelationMemory()
    await authorizer.isAllowed(ann, 'read', page)
    expect(state.fetched).toBe(2)
    stop()
    await authorizer.isAllowed(ann, 'read', page)
    expect(state.fetched).toBe(3)
  })
})

describe('a row reached by several paths', () => {
  const teams: RelationField = { ...roles, name: 'teams', model: 'Team' }
  const parts: RelationField = { ...roles, name: 'parts', model: 'Team' }

  /** Teams that have each other as parts, each time read anew. */
  function circle(size: number) {
    const loads: string[] = []
    const authorizer = new Authorizer().registerModels(
      [model('User', [teams]), model('Team', [parts]), model('Page')],
      async ({ object, name }) => {
        const { id } = object as { readonly id: number }
        loads.push(`${name} ${id}`)
        const ids = name === 'teams' ? [0, 1] : [(id + 1) % size, (id + 2) % size]
        return ids.map((one) => authorizer.as('Team', { id: one }))
      },
    )
    authorizer.loadSync(`
      allow(user: User, "read", page: Page) if team in user.teams and leads(team, page);
      leads(team: Team, page: Page) if team.id = page.id;
      leads(team: Team, page: Page) if part in team.parts and leads(part, page);
    `)
    return { authorizer, loads, ann: authorizer.as('User', { id: 7 }), page: authorizer.as('Page', { id: -1 }) }
  }

  it('loads its relations once, so that cycles end', async () => {
    const { authorizer, loads, ann, page } = circle(12)
    expect(await authorizer.isAllowed(ann, 'read', page)).toBe(false)
    expect(new Set(loads).size).toBe(loads.length)
    expect(loads).toHaveLength(13)
  })

  it('loads its relations again if a request may have changed them', async () => {
    const { authorizer, loads, ann, page } = circle(3)
    const memory = new RelationMemory(false)
    authorizer.rememberIn(() => memory)
    for (let at = 0; at < 2; at++) await authorizer.isAllowed(ann, 'read', page)
    expect(loads).toHaveLength(8)
  })

  it('is the same object for all checks of a reading request', async () => {
    const { authorizer, loads, ann, page } = circle(3)
    const memory = new RelationMemory()
    authorizer.rememberIn(() => memory)
    for (let at = 0; at < 2; at++) await authorizer.isAllowed(ann, 'read', page)
    expect(loads).toHaveLength(4)
  })
})

describe('a memory of relations', () => {
  const wanted: Wanted = { object: {}, name: 'roles', relation: roles, model: 'User' }
  const counting = (memory: RelationMemory) => {
    const state = { loads: 0, get: () => memory.get(wanted, async () => ++state.loads) }
    return state
  }

  it('keeps values while nothing changes', async () => {
    const state = counting(new RelationMemory())
    expect([await state.get(), await state.get()]).toEqual([1, 1])
  })

  it('shares a value only among concurrent waiters if data may change', async () => {
    const state = counting(new RelationMemory(false))
    expect(await Promise.all([state.get(), state.get()])).toEqual([1, 1])
    expect(await state.get()).toBe(2)
  })

  it('keeps no failure', async () => {
    const memory = new RelationMemory()
    await expect(memory.get(wanted, () => Promise.reject(new Error('away')))).rejects.toThrow('away')
    expect(await memory.get(wanted, async () => 'here')).toBe('here')
  })
})

describe('a row known only by its key', () => {
  it('is loaded once for a filter that reads other fields', async () => {
    const boss: RelationField = { ...roles, name: 'boss', model: 'User', many: false, from: ['bossId'], to: ['id'] }
    const loads: string[] = []
    const authorizer = new Authorizer({ limits: { asyncTime: 2_000 } }).registerModels(
      [model('User', [boss, roles]), model('Role'), model('Page')],
      async ({ object, name }) => {
        loads.push(`${name} of ${Reflect.get(object, 'id')}`)
        if (name === 'boss') return authorizer.as('User', { id: 2, bossId: null })
        return [authorizer.as('Role', { id: 1, name: 'editor' })]
      },
    )
    authorizer.loadSync('allow(user: User, "read", _: Page) if role in user.boss.roles and role.name = "editor";')
    const ann = authorizer.as('User', { id: 1, bossId: 2 })
    expect((await authorizer.loadFilter(ann, 'read', 'Page')).kind).toBe('all')
    expect(loads).toEqual(['boss of 1', 'roles of 2'])
  })
})

describe('a part about the actor that only the machine can answer', () => {
  const manager: RelationField = { ...roles, name: 'manager', model: 'User', many: false, nullable: true }

  it.each([
    ['a recursion', 'above(user: User) if user.name = "Cy"; above(user: User) if above(user.manager);', 'all'],
    ['a cut', 'above(user: User) if m in [user.manager, user.manager.manager] and m.name = "Bo" and cut;', 'all'],
    [
      'nobody above',
      'above(user: User) if user.name = "Di"; above(user: User) if user.manager != nil and above(user.manager);',
      'none',
    ],
  ])('loads its data for a filter: %s', async (_, rules, kind) => {
    const managers = new Map<object, object | null>()
    const authorizer = new Authorizer({ print: () => {} }).registerModels(
      [model('User', [manager]), model('Page')],
      async ({ object }) => managers.get(object) ?? null,
    )
    authorizer.loadSync(`allow(user: User, "read", _: Page) if above(user); ${rules}`)
    const [ann, bo, cy] = ['Ann', 'Bo', 'Cy'].map((name, id) => authorizer.as('User', { id, name }))
    managers.set(ann!, bo!).set(bo!, cy!)
    expect((await authorizer.loadFilter(ann, 'read', 'Page')).kind).toBe(kind)
  })
})
