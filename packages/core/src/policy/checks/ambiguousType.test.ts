import { describe, expect, it } from 'vitest'
import { Authorizer } from '../../index.js'

const names = ['List', 'Resource', 'Actor', 'String', 'Integer', 'Float', 'Boolean', 'Dictionary']
const withModel = (name: string, inPolicies = name): Authorizer =>
  new Authorizer().registerModels([
    { name: 'User', fields: { id: 'integer' }, key: 'id' },
    { name: inPolicies, fields: { id: 'integer', size: 'integer' }, key: 'id' },
  ])

describe.each(names)('a model named %s', (name) => {
  it('is decided by rules that do not name it', async () => {
    const authorizer = withModel(name)
    await authorizer.load('allow(_: User, "read", row) if row.size = 1;')
    const user = authorizer.as('User', { id: 1 })
    expect(authorizer.can(user, 'read', authorizer.as(name, { id: 1, size: 1 }))).toBe(true)
    expect(authorizer.can(user, 'read', authorizer.as(name, { id: 2, size: 2 }))).toBe(false)
    expect(authorizer.filter(user, 'read', name).kind).toBe('condition')
  })

  it.each([
    ['a parameter', `allow(_: User, "read", _: ${name});`],
    ['a pattern', `allow(_: User, "read", row) if row matches ${name};`],
    ['a block', `resource ${name} { permissions = ["read"]; }`],
    ['a rule type', `type visible(row: ${name}); visible(_); allow(_: User, "read", row) if visible(row);`],
    ['a relation of a block', `resource User { relations = { of: ${name} }; }`],
    ['a value', `allow(_: User, "read", row) if row = ${name};`],
    ['an inline query', `allow(_: User, "read", _); ?= not 1 matches ${name};`],
  ])('makes the name ambiguous in %s', async (_, policy) => {
    await expect(withModel(name).load(policy)).rejects.toMatchObject({
      diagnostics: [expect.objectContaining({ code: 'ambiguous-type', hint: expect.stringContaining(`${name}Row`) })],
    })
  })

  it('leaves the name to the built-in type if it is registered under another name', async () => {
    const authorizer = withModel(name, `${name}Row`)
    await authorizer.load(`allow(_: User, "read", row: ${name}Row) if row.size = 1 and not row matches ${name};`)
    const user = authorizer.as('User', { id: 1 })
    expect(authorizer.can(user, 'read', authorizer.as(`${name}Row`, { id: 1, size: 1 }))).toBe(true)
  })
})

it('A class named List is a model, and lists stay lists', async () => {
  class List {
    constructor(readonly tags: readonly string[]) {}
  }
  class User {}
  const authorizer = new Authorizer().registerClass(User).registerClass(List)
  await authorizer.load('allow(_: User, "read", list) if "a" in list.tags;')
  expect(authorizer.can(new User(), 'read', new List(['a']))).toBe(true)
  expect(authorizer.can(new User(), 'read', new List([]))).toBe(false)
  expect(authorizer.modelOf(['a'])).toBe('List')
})
