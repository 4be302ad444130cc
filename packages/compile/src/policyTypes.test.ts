import { Authorizer } from '@arcturus/core'
import { describe, expect, test } from 'vitest'
import { policyTypes } from './policyTypes.js'

const scalars = { id: 'integer', name: 'string' } as const

function typesOf(policy: string): string {
  const authorizer = new Authorizer().registerModels([
    { name: 'User', key: 'id', fields: { ...scalars, level: 'integer' } },
    { name: 'Folder', key: 'id', fields: { ...scalars, ownerId: 'integer' } },
    {
      name: 'Doc',
      key: 'id',
      fields: { ...scalars, folderId: 'integer', folder: { one: 'Folder', from: 'folderId', to: 'id' } },
    },
  ])
  authorizer.loadSync(policy)
  return policyTypes(authorizer)
}

/** The actions of each model, as they are written. */
function actionsOf(policy: string): Record<string, string> {
  const found = typesOf(policy).matchAll(/^ {4}(\w+): \{\n {6}actions: (.*)$/gm)
  return Object.fromEntries([...found].map(([, model, actions]) => [model, actions]))
}

describe('the actions of a model', () => {
  test('are those of its block and of the heads that concern it', () => {
    const policy = `allow(actor, action, resource) if has_permission(actor, action, resource);
      actor User {}
      resource Folder { permissions = ["list"]; roles = ["owner"]; "list" if "owner"; }
      has_role(user: User, "owner", folder: Folder) if folder.ownerId = user.id;
      allow(_: User, "print", _: Doc);`
    expect(actionsOf(policy)).toEqual({ Doc: "'print'", Folder: "'list'", User: 'never' })
  })

  test('are not widened by a rule for any action, nor by a helper behind `not`', () => {
    const policy = `allow(user: User, _, _) if user.level = 9;
      allow(user: User, "list", folder: Folder) if not is_blocked("list", folder) and user.level > 0;
      allow(user: User, action, doc: Doc) if action in ["print", "sign"] and not is_blocked(action, doc) and user.level > 0;
      is_blocked("sign", doc: Doc) if doc.name = "draft";`
    expect(actionsOf(policy)).toMatchObject({
      Doc: "'print' | 'read' | 'sign'",
      Folder: expect.stringMatching(/^'list' \| 'read'/),
    })
    expect(actionsOf(policy)['Folder']).not.toContain('print')
  })

  test('include those that a rule passes on to another model', () => {
    const policy = `allow(user: User, "list", folder: Folder) if folder.ownerId = user.id;
      allow(user: User, action, doc: Doc) if allow(user, action, doc.folder);`
    expect(actionsOf(policy)).toEqual({ Doc: "'list'", Folder: "'list'", User: 'never' })
  })

  test('are any string where a rule of the model compares the action with data', () => {
    const policy = `allow(user: User, action, doc: Doc) if action = user.name and doc.id > 0;
      allow(_: User, "list", _: Folder);`
    expect(actionsOf(policy)).toEqual({ Doc: 'string', Folder: "'list'", User: 'never' })
  })
})

test('actors are those of rules and blocks', () => {
  expect(typesOf('allow(_: User, "list", _: Folder);')).toContain("  actors: 'User'\n")
  expect(typesOf('allow(_, "list", _: Folder);')).toContain('  actors: string\n')
})

test('fields of rules and relations are beside the columns, and actions on fields beside the actions', () => {
  const text = typesOf('allow_field(_: User, "redact", _: Doc, field) if field in ["name", "summary"];')
  expect(text).toContain("      fieldActions: 'redact'\n")
  expect(text).toContain("      fields: 'folder' | 'summary'\n      columns: 'folderId' | 'id' | 'name'\n")
})
