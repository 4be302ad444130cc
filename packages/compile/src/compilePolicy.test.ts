import { ArgumentError, Authorizer, QueryError } from '@arcturus/core'
import { markPartial, type ScalarType } from '@arcturus/core/internal/compile'
import { type CompiledPolicy, compiled } from '@arcturus/core/internal/runtime'
import { as } from '@arcturus/core/runtime'
import { describe, expect, test } from 'vitest'
import { compilePolicy } from './compilePolicy.js'
import { moduleOf } from './testing/moduleOf.js'

class User {
  constructor(
    readonly id: number,
    readonly level: number | bigint = 1,
    readonly roles: readonly unknown[] = [],
  ) {}
}
class Admin extends User {}
class Folder {
  constructor(
    readonly id: number,
    readonly parent: unknown = null,
    readonly owner: unknown = null,
    readonly size: unknown = 1,
  ) {}
}
class Note extends Folder {}

const policy = `
  actor User {}
  allow(user: User, "read", folder: Folder) if reads(user, folder);
  allow(_: Admin, action, _: Note) if action != "burn";
  allow(user: User, "edit", folder: Folder) if folder.owner = user and folder.size < maximum;
  allow(user: User, "big", folder: Folder) if folder.size = 7 or folder.size > 1.5 and user.level = 2;
  allow(user: User, "list", folder: Folder) if "list" in user.roles and folder.id > 0;
  allow(user: User, "first", folder: Folder) if first(user, folder);
  allow(nil, "see", folder: Folder) if folder.size = 0;
  first(user, folder) if role in user.roles and cut and role = folder.id;
  reads(user, folder) if folder.owner = user;
  reads(user, folder) if folder.parent matches Folder and reads(user, folder.parent);
`
const classes = { User, Admin, Folder, Note }

function authorizerFor(text: string = policy): Authorizer {
  const authorizer = new Authorizer()
    .registerClass(User, { key: 'id' })
    .registerClass(Admin)
    .registerClass(Folder, { key: 'id' })
    .registerClass(Note)
    .registerConstant(5, 'maximum')
  authorizer.loadSync({ text, name: 'notes.polar' })
  return authorizer
}

const [ann, bob] = [new User(1), new User(2, 2n, ['list', 3])]
const root = new Folder(1, null, ann)
const actors = [null, ann, bob, new User(1), new Admin(3)]
const rows = [root, new Folder(2, root), new Note(3, new Note(4, root), bob, 9), new Note(5, null, new User(2), 0)]
const words = ['read', 'edit', 'big', 'list', 'see', 'burn']

describe('the text of a compiled policy', () => {
  test('writes a condition that several actions need once', () => {
    const text = ['read', 'edit', 'list'].map(
      (action) =>
        `allow(user: User, "${action}", folder: Folder) if folder.id > ${action.length} or is_member(user, folder);`,
    )
    const member = 'is_member(user: User, folder: Folder) if role in user.roles and role.folder = folder;'
    const { code } = compilePolicy(authorizerFor([...text, member].join('\n')))
    // For each class of actors and resources.
    expect(code.match(/\.roles/g)).toHaveLength(4)
  })

  test('contains no analysis of patterns for the methods of a constant', () => {
    const { code } = compilePolicy(
      authorizerFor('allow(_: User, "read", folder: Folder) if folder.size < maximum.value();'),
    )
    expect(code).toContain('makeInvoke')
    expect(code).not.toContain('makeCall')
  })

  test.each([
    ['contains no analysis of patterns for', 'folder.name.startsWith("a")', 'makePlainCall'],
    ['contains no analysis of patterns for', 'folder.name.concat(user.name).length < 9', 'makePlainCall'],
    ['analyses the patterns of', 'folder.name.match("a") != nil', 'makeCall'],
    ['analyses the patterns of', 'folder.name.startsWith("a") and maximum.test(folder.name)', 'makeCall'],
  ])('%s %s', (_, body, maker) => {
    const { code } = compilePolicy(
      authorizerFor(`allow(user: User, "read", folder: Folder) if user.id = 1 and ${body};`),
    )
    expect(/make(?:Plain)?Call/.exec(code)?.[0]).toBe(maker)
  })

  test('lists the actions that differ from those that no rule names, and states its size', () => {
    const text = `allow(user: User, _, _: Folder) if user.level = 9;
      allow(user: User, "read", _: Folder) if "editor" in user.roles;`
    const { code, size } = compilePolicy(authorizerFor(text))
    expect(code).toContain('["read", p')
    expect(code).not.toContain('["editor", ')
    const [, stated] = /, (\d+) bytes/.exec(code) ?? []
    expect(Number(stated)).toBe(size)
    expect(code.length).toBeGreaterThan(size)
  })

  test('decides in one function what only rules for any action, or for other models, decide', () => {
    const { code } = compilePolicy(authorizerFor())
    const [dispatch] = code.slice(code.indexOf('const dispatch')).split('plans: new Map')
    expect(dispatch).toMatch(/"burn": return (false|p\d+\()/)
    expect(dispatch).toMatch(/named\.has\(action\)\) return p\d+\(/)
    expect(dispatch).toMatch(/named\.has\(action\)\) return false/)
  })

  test('has only the helpers that its predicates call', () => {
    const text = 'allow(user: User, "read", _: Folder) if user.level = 1;'
    const plain = compilePolicy(authorizerFor(text)).code
    for (const name of ['calculate', 'invoke', 'holdable', 'keyOf']) expect(plain).not.toContain(name)
  })

  test('has the comparison of all kinds of values only for operands of unknown or rare types', () => {
    const codeOf = (type: ScalarType): string => {
      const authorizer = new Authorizer()
        .registerClass(User, { key: 'id', fields: { id: { type: 'integer' }, level: { type } } })
        .registerClass(Folder, { key: 'id', fields: { id: { type: 'string' }, size: { type } } })
      authorizer.loadSync('allow(user: User, "read", folder: Folder) if folder.size = user.level;')
      return compilePolicy(authorizer).code
    }
    for (const type of ['integer', 'bigint', 'float', 'string', 'boolean'] as const)
      expect(codeOf(type)).not.toMatch(/allKinds|plainKinds|makeEquals|makeMeaning/)
    for (const type of ['date', 'decimal', 'bytes', 'json'] as const) expect(codeOf(type)).toContain('allKinds')
  })

  test('shares the function of a search between actions', () => {
    const authorizer = new Authorizer()
      .registerClass(User, { fields: { id: { type: 'integer' } } })
      .registerClass(Folder, { fields: { id: { type: 'integer' }, members: { many: 'User' } } })
    authorizer.loadSync(`
      allow(user: User, "read", folder: Folder) if one in folder.members and one.level = user.level;
      allow(user: User, "edit", folder: Folder) if folder.id = 1 and one in folder.members and one.level = user.level;
    `)
    const { code } = compilePolicy(authorizer)
    expect(code.match(/\.members/g)).toHaveLength(1)
  })

  test('is refused by a runtime of another version', () => {
    const older = { format: 1, helpers: {}, models: [] }
    expect(() => compiled(older as unknown as CompiledPolicy)({ classes: {} })).toThrow('format 1')
  })
})

describe('a compiled policy', () => {
  test('answers as the authorizer does', () => {
    const authorizer = authorizerFor()
    const module = moduleOf(authorizer)({ classes, constants: { maximum: 5 } })
    for (const actor of actors) {
      for (const row of rows) {
        for (const action of words) {
          expect([actor, action, row, module.can(actor, action, row)]).toEqual([
            actor,
            action,
            row,
            authorizer.can(actor, action, row),
          ])
        }
      }
    }
    for (const many of [rows, [...rows, null, ...rows], [], new Set(rows)])
      expect(module.canMany(ann, 'read', many)).toEqual(authorizer.canMany(ann, 'read', many))
    expect(module.authorizedRows(ann, 'read', new Set(rows))).toEqual(authorizer.authorizedRows(ann, 'read', rows))
    const late = new Folder(7, null, Promise.resolve(ann))
    expect(() => module.canMany(ann, 'read', [root, root, late, root])).toThrow(
      expect.objectContaining({ code: 'machine-only' }),
    )
    expect(() => module.canMany(ann, 'read', [root, undefined])).toThrow(ArgumentError)
  })

  test('accepts open actions and rejects unknown ones', () => {
    const module = moduleOf(authorizerFor())({ classes, constants: { maximum: 5 } })
    expect(module.can(new Admin(3), 'print', rows[2])).toBe(true)
    expect(() => module.can(ann, 'print', root)).toThrow(expect.objectContaining({ code: 'unknown-action' }))
  })

  const policy = 'allow(u: User, "see", f: Folder) if not f.owner = u; allow(_: Admin, _, _: Folder);'

  test('warns once of an action that only a rule for any action decides', () => {
    const warnings: string[] = []
    const create = moduleOf(authorizerFor(policy))
    const module = create({ classes, log: (warning) => warnings.push(warning) })
    expect([module.can(new Admin(3), 'seee', root), module.can(new Admin(3), 'seee', rows[2])]).toEqual([true, true])
    expect(warnings).toEqual([expect.stringMatching(/^Unknown action "seee".*\nhint: use one of see, /)])
    const strict = create({ classes, strict: true })
    expect(() => strict.can(new Admin(3), 'seee', root)).toThrow(expect.objectContaining({ code: 'unknown-action' }))
  })

  test('has the version of its policy', () => {
    const authorizer = authorizerFor(policy)
    expect(moduleOf(authorizer)({ classes }).policyVersion).toBe(authorizer.policyVersion)
    expect(authorizer.policyVersion).toMatch(/^[0-9a-f]{32}$/)
  })

  test('has literals that look like names of its own text', () => {
    const authorizer = authorizerFor('allow(user: User, "p1", _: Folder) if "v9" in user.roles or "f1" in user.roles;')
    const module = moduleOf(authorizer)({ classes })
    expect(module.can(new User(1, 1, ['v9']), 'p1', root)).toBe(true)
    expect(module.can(new User(1, 1, ['p1']), 'p1', root)).toBe(false)
  })

  test('knows the actions that the application declared', () => {
    const { schema, policy: loaded, readAction } = authorizerFor(policy)
    const declared = { schema, policy: loaded, readAction, declaredActions: new Set(['print']) }
    const module = moduleOf(declared)({ classes, strict: true })
    expect(module.can(new Admin(3), 'print', root)).toBe(true)
  })

  test('names the class that is missing, also where no world is given', () => {
    // Sound: JavaScript has no types to check it.
    const create = moduleOf(authorizerFor(policy)) as (world?: object) => unknown
    for (const world of [undefined, {}]) expect(() => create(world)).toThrow('createAuthorizer({ classes: { User } })')
  })

  test('has a type of its actions beside rules about the actor alone', () => {
    const rules = 'allow(u, x, f) if ok(u) and may(x, f); ok(u: User) if u.level > 0; may("see", _: Folder);'
    expect(compilePolicy(authorizerFor(rules)).types).toMatch(/Folder: \{\n +actions: 'see'\n/)
  })

  test('rejects an action behind `not` that nothing names', () => {
    const byRole = 'allow(u: User, x, f: Folder) if not f.owner = u and may(u, x); may(_: User, "see");'
    const module = moduleOf(authorizerFor(byRole))({ classes })
    expect(() => module.can(ann, 'seee', root)).toThrow(expect.objectContaining({ code: 'unknown-action' }))
  })

  test('reads constants and limits of the application that runs it', () => {
    const create = moduleOf(authorizerFor())
    const constants = { maximum: 5 }
    const module = create({ classes, constants, limits: { steps: 3 } })
    expect(module.can(ann, 'edit', root)).toBe(true)
    const deep = [1, 2, 3, 4, 5].reduce<Folder>((parent, id) => new Folder(10 + id, parent), new Folder(10))
    expect(() => module.can(ann, 'read', deep)).toThrow(expect.objectContaining({ code: 'step-limit' }))
    expect(create({ classes, constants: { maximum: 0 } }).can(ann, 'edit', root)).toBe(false)
    expect(() => create({ classes, constants: {} })).toThrow(ArgumentError)
    expect(() => create({ classes: { User, Folder, Note }, constants })).toThrow('needs Admin')
  })

  test('names the rule that needs the machine, when compiled and when checked', () => {
    const authorizer = authorizerFor()
    const { machineOnly } = compilePolicy(authorizer)
    expect(machineOnly).toContainEqual(
      expect.objectContaining({
        actor: 'User',
        action: 'first',
        resource: 'Folder',
        reason: expect.stringContaining('cut'),
      }),
    )
    expect(machineOnly.some((one) => one.action === 'read')).toBe(false)
    const module = moduleOf(authorizer)({ classes, constants: { maximum: 5 } })
    expect(() => module.can(bob, 'first', rows[2])).toThrow(QueryError)
    expect(() => module.can(bob, 'first', rows[2])).toThrow('role in user.roles (notes.polar:10:26)')
    const whole = authorizerFor('allow(user: User, "first", folder: Folder) if user.id = folder.id and print(user);')
    const other = moduleOf(whole)({ classes })
    expect(() => other.can(bob, 'first', root)).toThrow('notes.polar:1:')
  })

  test.each([
    ['a promise', new Folder(7, null, Promise.resolve(ann)), 'read'],
    ['a missing attribute', Object.assign(new Folder(8), { parent: undefined }), 'read'],
    ['an order that there is none of', new Folder(9, null, ann, 'big'), 'edit'],
    ['a row that is compared without its key', new Folder(9, null, Object.create(User.prototype)), 'read'],
  ])('rejects %s', (_, row, action) => {
    const module = moduleOf(authorizerFor())({ classes, constants: { maximum: 5 } })
    expect(() => module.can(ann, action, row)).toThrow(expect.objectContaining({ code: 'machine-only' }))
    expect(() => module.canMany(ann, action, [root, row])).toThrow(QueryError)
  })

  test.each(['=', '==', '!=', '<'])(
    'with declared fields answers %s as the authorizer does, or rejects the value',
    (operator) => {
      const authorizer = new Authorizer({ log: () => {} })
        .registerClass(User, { fields: { id: { type: 'integer' }, level: { type: 'integer', nullable: true } } })
        .registerClass(Folder, { fields: { id: { type: 'integer' }, size: { type: 'float', nullable: true } } })
      authorizer.loadSync(`allow(user: User, "read", folder: Folder) if folder.size ${operator} user.level;`)
      const module = moduleOf(authorizer)({ classes: { User, Folder } })
      const isMachineOnly = expect.objectContaining({ code: 'machine-only' })
      for (const level of [null, 0, 5, 5n, 6] as (number | null)[]) {
        const user = new User(1, level!)
        for (const size of [null, 5, 5n, 0.5, Number.NaN]) {
          const folder = new Folder(1, null, null, size)
          expect(module.can(user, 'read', folder)).toBe(authorizer.can(user, 'read', folder))
        }
        for (const size of ['5', new Date(Number.NaN), [5]]) {
          const folder = new Folder(1, null, null, size)
          if (level === null) continue
          if (operator === '<' && size instanceof Date) expect(module.can(user, 'read', folder)).toBe(false)
          else expect(() => module.can(user, 'read', folder)).toThrow(isMachineOnly)
        }
      }
      const dated = new Folder(1, null, null, new Date(5))
      if (operator !== '<') expect(() => module.can(new User(1, 5), 'read', dated)).toThrow(isMachineOnly)
    },
  )

  test.each(['startsWith', 'endsWith'])('calls %s of a declared text on texts alone', (method) => {
    class Page {
      constructor(
        readonly title: unknown,
        readonly isPublic = false,
      ) {}
    }
    const authorizer = new Authorizer({ log: () => {} })
      .registerClass(User, { fields: {} })
      .registerClass(Page, { fields: { title: 'string', isPublic: 'boolean' } })
    authorizer.loadSync(`
      allow(_: User, "read", page: Page) if page.title.${method}("ab") or page.isPublic = true;
      allow(_: User, "edit", page: Page) if not page.title.${method}("ab");
    `)
    expect(compilePolicy(authorizer).code).not.toMatch(/\bown\b|\bcall\b/)
    const module = moduleOf(authorizer)({ classes: { User, Page } })
    for (const title of ['ab', 'abab', 'ba', '', null, 7, true])
      for (const page of [new Page(title), new Page(title, true)])
        for (const action of ['read', 'edit'])
          if (action === 'read' ? page.isPublic : typeof title === 'string')
            expect(module.can(ann, action, page)).toBe(authorizer.can(ann, action, page))
    const isMachineOnly = expect.objectContaining({ code: 'machine-only' })
    for (const title of [new String('ab'), ['ab'], Promise.resolve('ab'), { [method]: () => true }])
      for (const action of ['read', 'edit'])
        expect(() => module.can(ann, action, new Page(title))).toThrow(isMachineOnly)
  })

  test('rejects invalid arguments, as the authorizer does', () => {
    const module = moduleOf(authorizerFor())({ classes, constants: { maximum: 5 } })
    for (const [actor, action, resource] of [
      [undefined, 'read', root],
      [ann, 'read', undefined],
      [ann, 7, root],
      [ann, 'read', {}],
      [Promise.resolve(ann), 'read', root],
    ] as [unknown, string, unknown][]) {
      expect(() => module.can(actor, action, resource)).toThrow(ArgumentError)
    }
    expect(() => module.can(root, 'read', root)).toThrow(expect.objectContaining({ code: 'not-compiled' }))
  })

  test('covers the named actors and their subclasses', () => {
    const create = moduleOf(authorizerFor(), { actors: ['Folder'] })
    const module = create({ classes, constants: { maximum: 5 } })
    expect(module.can(rows[2], 'read', root)).toBe(false)
    expect(() => module.can(ann, 'read', root)).toThrow(expect.objectContaining({ code: 'not-compiled' }))
    expect(() => compilePolicy(authorizerFor(), { actors: ['Usr'] })).toThrow('"Usr"')
  })

  test('knows the model of plain objects', () => {
    const authorizer = new Authorizer().registerModels(
      ['Member', 'Task'].map((name) => ({
        name,
        class: undefined,
        fields: new Map(),
        key: ['id'],
        closed: false,
        isaCheck: undefined,
      })),
    )
    authorizer.loadSync('allow(member: Member, "do", task: Task) if task.assignee = member;')
    const module = moduleOf(authorizer)({ classes: {} })
    const task = as('Task', { id: 1, assignee: as('Member', { id: 2 }) })
    expect(module.can(as('Member', { id: 2 }), 'do', task)).toBe(true)
    expect(module.can(as('Member', { id: 3 }), 'do', task)).toBe(false)
    expect(() => module.can(as('Job', {}), 'do', task)).toThrow(ArgumentError)
    expect(() => as('Task', [])).toThrow(ArgumentError)
  })

  test.each([false, true])(
    'knows the model of a plain object that a relation led to, unless it has subclasses: %s',
    (isExtended) => {
      class Team {
        constructor(readonly lead: object) {}
      }
      const authorizer = new Authorizer()
        .registerClass(User, { key: 'id' })
        .registerClass(Team, { fields: { lead: { one: 'User' } } })
      if (isExtended) authorizer.registerClass(Admin)
      authorizer.loadSync('allow(user: User, "lead", team: Team) if team.lead = user;')
      const person = { id: 1 }
      const team = new Team(person)
      const module = moduleOf(authorizer)({ classes: { User, Team, Admin } })
      expect(module.can(ann, 'lead', team)).toBe(authorizer.can(ann, 'lead', team))
      const unknownRow = expect.objectContaining({ code: 'unknown-row' })
      for (const one of [authorizer, module]) {
        if (isExtended) expect(() => one.can(person, 'lead', team)).toThrow(unknownRow)
        else expect(one.can(person, 'lead', team)).toBe(true)
      }
    },
  )

  test('treats nil in place of a referenced row as an omitted row', () => {
    const owner = {
      name: 'owner',
      model: 'Member',
      many: false,
      nullable: true,
      kept: true,
      from: ['ownerId'],
      to: ['id'],
    } as const
    const authorizer = new Authorizer().registerModels(
      ['Member', 'Task'].map((name) => ({
        name,
        class: undefined,
        fields: new Map([['owner', { kind: 'relation' as const, ...owner }]]),
        key: ['id'],
        closed: false,
        isaCheck: undefined,
      })),
    )
    authorizer.loadSync('allow(_: Member, "claim", task: Task) if task.owner = nil;')
    const module = moduleOf(authorizer)({ classes: {} })
    const member = as('Member', { id: 1 })
    const row = as('Task', { id: 1, ownerId: 2, owner: null })
    markPartial(row, 'owner')
    const machineOnly = expect.objectContaining({ code: 'machine-only' })
    expect(() => module.can(member, 'claim', row)).toThrow(machineOnly)
    expect(() => module.can(member, 'claim', as('Task', { ...row }))).toThrow(machineOnly)
    expect(module.can(member, 'claim', as('Task', { ...row, ownerId: null }))).toBe(true)
  })

  test('has types that name its classes, constants and actions', () => {
    const open = compilePolicy(authorizerFor()).types
    expect(open).toContain('World<"User" | "Admin" | "Folder" | "Note", "maximum">')
    expect(open).toContain("actions: 'big' | 'burn' | 'edit' | 'first' | 'list' | 'read' | 'see'")
    expect(compilePolicy(authorizerFor('allow(_: User, "read", _: Folder);')).types).toContain("actions: 'read'")
  })

  test('takes a context, and validates it as an authorizer does', () => {
    const authorizer = new Authorizer()
      .registerClass(User, { key: 'id', fields: { id: { type: 'integer', nullable: false } } })
      .registerClass(Folder, { key: 'id' })
      .registerContext({ now: 'date', request: { fields: { from: 'string', user: { fields: { id: 'integer' } } } } })
    authorizer.loadSync(`
      allow(user: User, "read", _: Folder) if user.id = 1;
      allow(_: User, "read", folder: Folder) if request.user.id = folder.id and now > folder.size;
      allow(_: User, "edit", _: Folder) if not request.from = "home";
    `)
    const module = moduleOf(authorizer)({ classes: { User, Folder } })
    const folder = new Folder(7, null, null, new Date(5))
    const contexts = [
      {},
      { now: new Date(9) },
      { request: { from: 'home' } },
      { request: { user: { id: 7 } }, now: new Date(9) },
    ]
    for (const context of contexts) {
      for (const actor of [ann, bob])
        for (const action of ['read', 'edit']) {
          const answer = (one: { can: Authorizer['can'] }) => {
            try {
              return one.can(actor, action, folder)
            } catch {
              return 'error'
            }
          }
          expect(answer(module.with(context))).toBe(answer(authorizer.with(context)))
          expect(answer(module)).toBe(answer(authorizer))
        }
    }
    expect(module.with(contexts[3]!).canMany(bob, 'read', [folder, folder])).toEqual([true, true])
    expect(module.with(contexts[3]!).authorizedRows(bob, 'read', [folder, folder])).toEqual([folder, folder])
    expect(
      module
        .with(contexts[1]!)
        .with({ request: { user: { id: 7 } } })
        .can(bob, 'read', folder),
    ).toBe(true)
    expect(() => module.with({ now: 'x' })).toThrow('"now" must be a valid Date')
    expect(() => module.with({ request: { form: 'x' } })).toThrow('did you mean "from"?')
    expect(compilePolicy(authorizer).types).toContain(
      'export interface Context { readonly now?: Date | undefined; readonly request?: { readonly from?: string | undefined; readonly user?: { readonly id?: number | undefined } | undefined } | undefined }',
    )
  })

  test('holds no class that only a function recognizes', () => {
    const authorizer = new Authorizer().registerClass(User, { isaCheck: () => true })
    authorizer.loadSync('allow(_: User, _, _);')
    expect(() => compilePolicy(authorizer)).toThrow(ArgumentError)
    expect(() => compilePolicy(new Authorizer())).toThrow(expect.objectContaining({ code: 'no-policy' }))
  })
})

test.each([['id'], [['id']]])('a key that other code added to all objects is no key: %j', (key) => {
  class Badge {
    constructor(readonly id: number) {}
  }
  class Door {
    constructor(readonly badge: Badge) {}
  }
  const door = new Door(new Badge(1))
  const everyObject = Object.prototype as { key?: unknown }
  everyObject.key = key
  try {
    const authorizer = new Authorizer().registerClass(Badge).registerClass(Door)
    authorizer.loadSync('allow(badge: Badge, "open", door: Door) if door.badge = badge;')
    const module = moduleOf(authorizer)({ classes: { Badge, Door } })
    for (const one of [authorizer, module]) {
      expect(one.can(door.badge, 'open', door)).toBe(true)
      expect(one.can(new Badge(1), 'open', door)).toBe(false)
    }
  } finally {
    delete everyObject.key
  }
})
