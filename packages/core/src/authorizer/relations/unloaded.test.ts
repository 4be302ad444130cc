import { describe, expect, it } from 'vitest'
import { printCondition } from '../../condition/print.js'
import { RelationNotLoadedError } from '../../errors.js'
import type { Field, Model, ScalarType } from '../../schema/model.js'
import { markPartial } from '../../schema/partial.js'
import { tag } from '../../schema/tags.js'
import { Authorizer } from '../authorizer.js'
import type { EvaluatorName } from '../options.js'

const scalar = (name: string, type: ScalarType = 'integer'): Field => ({
  kind: 'scalar',
  name,
  type,
  nullable: false,
  list: false,
})
const relation = (name: string, model: string, from?: string): Field => ({
  kind: 'relation',
  name,
  model,
  many: from === undefined,
  kept: true,
  nullable: false,
  from: from === undefined ? [] : [from],
  to: from === undefined ? [] : ['id'],
})
const model = (name: string, key: readonly string[], ...fields: readonly Field[]): Model => ({
  name,
  class: undefined,
  fields: new Map([scalar('id'), ...fields].map((field) => [field.name, field])),
  key,
  closed: true,
  isaCheck: undefined,
})

function authorizerOf(policy: string, evaluator: EvaluatorName = 'auto'): Authorizer {
  const authorizer = new Authorizer({ evaluator }).registerModels([
    model('User', ['id'], scalar('teamId'), relation('roles', 'Role'), relation('team', 'Team', 'teamId')),
    model('Team', ['id'], scalar('level'), relation('pages', 'Page')),
    model('Role', ['id'], scalar('pageId'), scalar('name', 'string'), relation('page', 'Page', 'pageId')),
    model('Page', ['id'], scalar('public', 'boolean'), scalar('level')),
    model('Guest', ['id', 'code'], scalar('code', 'string'), relation('roles', 'Role')),
  ])
  authorizer.loadSync(policy)
  return authorizer
}

const byRole =
  'allow(user: User, "read", page: Page) if role in user.roles and role.page = page and role.name = "editor";'

const role = { id: 2, pageId: 3, name: 'editor' }
tag(role, 'Role')

function shown(policy: string, actor: object, as = 'User'): string {
  const authorizer = authorizerOf(policy)
  const filter = authorizer.filter(authorizer.as(as, actor), 'read', 'Page', { unloaded: 'database' })
  return printCondition(filter.definite())
}

describe('a relation of the actor that is not loaded', () => {
  it.each([
    [
      'is read in the database',
      byRole,
      { id: 1 },
      'some role in User(1).roles where role.pageId = resource.id and role.name = "editor"',
    ],
    ['is not asked for where it is loaded', byRole, { id: 1, roles: [role] }, '3 = resource.id'],
    [
      'that grants nothing demands no row',
      `${byRole} allow(_: User, "read", page: Page) if page.public;`,
      { id: 1 },
      'resource.public = true or (some role in User(1).roles where role.pageId = resource.id and role.name = "editor")',
    ],
    [
      'that must not hold something demands that the actor is there',
      'allow(user: User, "read", page: Page) if not (role in user.roles and role.page = page);',
      { id: 1 },
      'User(1) is User and not (some role in User(1).roles where role.pageId = resource.id)',
    ],
    [
      'is known by its foreign key where that is enough',
      'allow(user: User, "read", page: Page) if page in user.team.pages;',
      { id: 1, teamId: 7 },
      'some page in Team(7).pages where resource.id = page.id',
    ],
    [
      'has columns that are read in the database too',
      'allow(user: User, "read", page: Page) if page.level < user.team.level;',
      { id: 1, teamId: 7 },
      'resource.level < Team(7).level',
    ],
  ])('%s', (_, policy, actor, expected) => {
    expect(shown(policy, actor)).toBe(expected)
  })

  it('is read in the database if it was loaded in part', () => {
    const actor = { id: 1, roles: [] }
    markPartial(actor, 'roles')
    expect(shown(byRole, actor)).toContain('User(1).roles')
  })

  it('is read in the database if the actor would load it', () => {
    const lazy = Object.defineProperty({ id: 1 }, 'roles', { get: () => Promise.reject(new Error('closed')) })
    expect(shown(byRole, lazy)).toContain('User(1).roles')
  })

  it('may belong to a row with a composite key', () => {
    const policy = 'allow(guest: Guest, "read", page: Page) if role in guest.roles and role.page = page;'
    expect(shown(policy, { id: 1, code: 'x' }, 'Guest')).toContain('Guest(1, x).roles')
  })

  it.each([
    ['has no key yet', {}],
    ['has a key that is nil', { id: null }],
  ])('is an error if the actor %s', (_, actor) => {
    expect(() => shown(byRole, actor)).toThrow(RelationNotLoadedError)
  })

  it('is an error if only a part of the key is known', () => {
    const policy = 'allow(guest: Guest, "read", page: Page) if role in guest.roles and role.page = page;'
    expect(() => shown(policy, { id: 1 }, 'Guest')).toThrow(RelationNotLoadedError)
  })

  it('is an error unless it is left in the database', () => {
    const authorizer = authorizerOf(byRole)
    expect(() => authorizer.filter(authorizer.as('User', { id: 1 }), 'read', 'Page')).toThrow(RelationNotLoadedError)
  })

  it('is not guessed for a row in memory', () => {
    const authorizer = authorizerOf(byRole)
    const filter = authorizer.filter(authorizer.as('User', { id: 1 }), 'read', 'Page', { unloaded: 'database' })
    expect(() => filter.matches(authorizer.as('Page', { id: 3, public: true, level: 1 }))).toThrow(
      RelationNotLoadedError,
    )
  })

  it('rejects an unknown option', () => {
    const authorizer = authorizerOf(byRole)
    // @ts-expect-error: no such choice
    expect(() => authorizer.filter(authorizer.as('User', { id: 1 }), 'read', 'Page', { unloaded: 'cache' })).toThrow(
      /unloaded/,
    )
  })
})

describe.each(['closures', 'source'] as const)('%s compare rows that are known by their keys alone', (evaluator) => {
  const answers = (policy: string): readonly unknown[] => {
    const authorizer = authorizerOf(policy, evaluator)
    const roles = [role, { name: 'editor', pageId: 4 }, { name: 'editor', pageId: null }]
    const user = authorizer.as('User', {
      id: 1,
      teamId: 7,
      roles: roles.map((one) => authorizer.as('Role', { ...one })),
    })
    const [three, four, five] = [3, 4, 5].map((id) => authorizer.as('Page', { id, level: id, public: true }))
    const can = [three, four, five].map((page) => authorizer.can(user, 'read', page))
    const { bailOuts, machine } = authorizer.statistics
    return [...can, bailOuts + machine]
  }

  it.each([
    ['with a row', byRole, [true, true, false, 0]],
    [
      'with a row, negated',
      `allow(u: User, "read", p: Page) if not (r in u.roles and r.page = p);`,
      [false, false, true, 0],
    ],
    [
      'with nil',
      'allow(u: User, "read", p: Page) if r in u.roles and r.page == nil and p.id = 5;',
      [false, false, true, 0],
    ],
    [
      'as an argument',
      'allow(u: User, "read", p: Page) if r in u.roles and same(r.page, p); same(p, p);',
      [true, true, false, 0],
    ],
    [
      'of different rows',
      'allow(u: User, "read", p: Page) if r in u.roles and r.page != p and p.id = 5;',
      [false, false, true, 0],
    ],
  ])('%s, without the machine', (_, policy, expected) => {
    expect(answers(policy)).toEqual(expected)
  })

  it('leaves their other columns to the machine, which says that they are not loaded', () => {
    const policy = 'allow(u: User, "read", p: Page) if r in u.roles and r.page.level = p.level;'
    expect(() => answers(policy)).toThrow(RelationNotLoadedError)
  })
})
