import { describe, expect, it } from 'vitest'
import type { Model, RelationField } from '../../schema/model.js'
import { Authorizer } from '../authorizer.js'

class User {
  constructor(readonly name: string) {}
}
class Page {
  constructor(
    readonly title: string,
    readonly secret: string,
    readonly owner: User,
    readonly parent: Page | null = null,
  ) {}
}

const authorizer = new Authorizer().registerClass(User).registerClass(Page)
authorizer.loadSync(`
  allow(_: User, "read", page: Page) if page.title != "hidden";
  allow_field(_, "read", _: Page, field) if field in ["title", "owner", "parent", "__proto__"];
  allow_field(user: User, "read", page: Page, "secret") if page.owner = user;
  allow_field(_, "read", _: User, "name");
  allow_field(_, "see", _: Page, field) if field != "secret";
  allow_field(user: User, "write", page: Page, field) if page.owner = user and field in ["title", "secret"];
  allow_field(_: User, "create", _, "title");
`)
const ada = new User('ada')
const bob = new User('bob')

describe('the fields of a row that may be read', () => {
  it('are the only fields of its copy', async () => {
    const page = new Page('Plan', 'x', ada)
    expect(await authorizer.pickAuthorized(ada, 'read', page)).toEqual({
      title: 'Plan',
      secret: 'x',
      owner: { name: 'ada' },
      parent: null,
    })
    expect(await authorizer.pickAuthorized(bob, 'read', page)).not.toHaveProperty('secret')
    expect(page.secret).toBe('x')
  })

  it('are decided for each row of a list and its nested rows', async () => {
    const pages = [new Page('1', 'x', ada, new Page('2', 'y', bob)), new Page('3', 'z', bob)]
    expect(await authorizer.pickAuthorized(bob, 'read', pages)).toEqual([
      { title: '1', owner: { name: 'ada' }, parent: { title: '2', secret: 'y', owner: { name: 'bob' }, parent: null } },
      { title: '3', secret: 'z', owner: { name: 'bob' }, parent: null },
    ])
    expect(await authorizer.pickAuthorized(bob, 'read', [])).toEqual([])
  })

  it('are found if the policy only excludes fields', async () => {
    const picked = await authorizer.pickAuthorized(null, 'see', new Page('Plan', 'x', ada))
    expect(Object.keys(picked)).toEqual(['title', 'owner', 'parent'])
  })

  it('keep cycles of rows', async () => {
    const page = new Page('Plan', 'x', ada)
    Object.assign(page, { parent: page })
    const picked = await authorizer.pickAuthorized(bob, 'read', page)
    expect(picked.parent).toBe(picked)
  })

  it('may have names such as "__proto__"', async () => {
    const page = new Page('Plan', 'x', ada)
    Object.defineProperty(page, '__proto__', { value: { admin: true }, enumerable: true })
    const picked = await authorizer.pickAuthorized(bob, 'read', page)
    expect(Object.keys(picked)).toContain('__proto__')
    expect('admin' in picked).toBe(false)
  })

  it.each([
    ['nothing', null],
    ['a text', 'page'],
    ['a promise', Promise.resolve(new Page('Plan', 'x', ada))],
    ['a list of lists', [[new Page('Plan', 'x', ada)]]],
    ['an object of no model', { title: 'Plan' }],
    ['a list with a hole', [new Page('Plan', 'x', ada), undefined]],
  ])('are rejected for %s', async (_name, rows) => {
    await expect(authorizer.pickAuthorized(ada, 'read', rows as object)).rejects.toMatchObject({
      name: 'ArgumentError',
    })
  })
})

describe('rows of tables', () => {
  const relation = (name: string, model: string, many: boolean): RelationField => ({
    kind: 'relation',
    name,
    model,
    many,
    kept: true,
    nullable: true,
    from: [],
    to: [],
  })
  const model = (name: string, ...fields: readonly RelationField[]): Model => ({
    name,
    class: undefined,
    fields: new Map(fields.map((field) => [field.name, field])),
    key: ['id'],
    closed: false,
    isaCheck: undefined,
  })

  function world() {
    const loads: string[][] = []
    let waiting: string[] | undefined
    const tables = new Authorizer().registerModels(
      [
        model('Person', relation('roles', 'Role', true)),
        model('Role'),
        model('Note', relation('author', 'Person', false)),
      ],
      async ({ object, name }) => {
        // As an ORM's client does, which puts what is asked for in one tick into one query.
        if (!waiting) {
          const batch: string[] = []
          waiting = batch
          loads.push(batch)
          setTimeout(() => {
            waiting = undefined
          })
        }
        waiting.push(name)
        if (name === 'roles') return [tables.as('Role', { id: 1, name: 'editor' })]
        return tables.as('Person', { id: (object as { authorId: number }).authorId, mail: 'secret' })
      },
    )
    tables.loadSync(`
      allow_field(person: Person, "read", note: Note, "text") if role in person.roles and role.name = "editor" and note.author.id > 0;
      allow_field(_, "read", _: Note, field) if field in ["id", "author"];
      allow_field(_, "read", _: Person, "id");
    `)
    const notes = Array.from({ length: 20 }, (_, id) => tables.as('Note', { id, text: `${id}`, authorId: id + 1 }))
    return { tables, loads, notes, ann: tables.as('Person', { id: 1 }) }
  }

  it('load relations of the actor once, and those of all rows together', async () => {
    const { tables, loads, notes, ann } = world()
    const picked = await tables.pickAuthorized(ann, 'read', notes)
    expect(picked).toHaveLength(20)
    expect(picked[7]).toEqual({ id: 7, text: '7' })
    expect(loads.flat().filter((name) => name === 'roles')).toHaveLength(1)
    expect(loads.length).toBeLessThanOrEqual(2)
  })

  it('contain no nested row of unknown model', async () => {
    const { tables, ann } = world()
    const note = tables.as('Note', { id: 1, text: 'x', authorId: 2, author: { id: 2, mail: 'secret' } })
    expect(await tables.pickAuthorized(ann, 'read', note)).toEqual({ id: 1, text: 'x', author: { id: 2 } })
  })
})

describe('a body to write', () => {
  const page = new Page('Plan', 'x', ada)

  it.each<readonly [string, unknown]>([
    ['an object', { title: 'New', secret: 'y' }],
    ['a form', new URLSearchParams('title=New')],
    ['a form that React sends', formOf({ title: 'New', $ACTION_ID_1: '' })],
    ['a list', [{ title: 'a' }, { secret: 'b' }]],
    ['nothing', {}],
  ])('may contain writable fields: %s', async (_name, body) => {
    await expect(authorizer.assertWritable(ada, 'write', page, body)).resolves.toBeUndefined()
  })

  it.each<readonly [string, unknown, readonly string[]]>([
    ['an object', { title: 'New', owner: bob, more: 1 }, ['owner', 'more']],
    ['a form', formOf({ owner: 'bob' }), ['owner']],
    ['a list', [{ title: 'a' }, { owner: 'b' }], ['owner']],
    ['JSON with a name that is none', JSON.parse('{"__proto__": 1}'), ['__proto__']],
  ])('is rejected with the names of other fields: %s', async (_name, body, fields) => {
    await expect(authorizer.assertWritable(ada, 'write', page, body)).rejects.toMatchObject({ status: 403, fields })
  })

  it('reveals no fields to anonymous users or actors who may not read the row', async () => {
    await expect(authorizer.assertWritable(null, 'write', page, { title: '' })).rejects.toMatchObject({ status: 401 })
    const hidden = new Page('hidden', 'x', ada)
    await expect(authorizer.assertWritable(bob, 'write', hidden, { title: '' })).rejects.toMatchObject({ status: 404 })
  })

  it('may belong to a new row, given as its class', async () => {
    await expect(authorizer.assertWritable(bob, 'create', Page, { title: '' })).resolves.toBeUndefined()
    await expect(authorizer.assertWritable(bob, 'create', Page, { secret: '' })).rejects.toMatchObject({ status: 403 })
  })

  it('decides nothing if it is empty', async () => {
    const heard: string[] = []
    const stop = authorizer.onDecision(({ entry }) => void heard.push(entry))
    await authorizer.assertWritable(ada, 'write', page, {})
    expect(heard).toEqual([])
    await authorizer.assertWritable(ada, 'write', page, { title: '' })
    expect(heard).toEqual(['field'])
    stop()
  })

  it.each([undefined, null, 'title=New', 7, Promise.resolve({ title: 'New' })])(
    'must be an object: %s',
    async (body) => {
      await expect(authorizer.assertWritable(ada, 'write', page, body)).rejects.toMatchObject({
        name: 'InvalidBodyError',
      })
    },
  )
})

function formOf(fields: Readonly<Record<string, string>>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  return form
}
