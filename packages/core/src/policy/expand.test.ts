import { describe, expect, test } from 'vitest'
import { print } from '../language/print.js'
import { spanText } from '../language/source.js'
import { build } from './testing/problems.js'

/** The rules of a policy without those that are written: `what` prints them. */
function expanded(policy: string): readonly string[] {
  const rules = [...(build(policy).policy?.rules.values() ?? [])].flat()
  return rules.filter((rule) => spanText(rule.span).startsWith('"')).map(print)
}

const hooks = `
  has_role(_: Person, "reader", _: Document);
  has_role(_: Person, "member", _: Folder);
  has_relation(_: Folder, "folder", _: Document);
  has_relation(_: Person, "owner", _: Folder);
  actor Person {}
  resource Folder { roles = ["member"]; permissions = ["open"]; relations = {owner: Person}; }
  resource Document { relations = {folder: Folder}; }`

describe('shorthand', () => {
  test.each([
    [
      'a permission from a role',
      'roles = ["reader"]; permissions = ["read"]; "read" if "reader";',
      'has_permission(actor: Actor, "read", document: Document) if has_role(actor, "reader", document);',
    ],
    [
      'a role from a role',
      'roles = ["reader", "writer"]; "reader" if "writer";',
      'has_role(actor: Actor, "reader", document: Document) if has_role(actor, "writer", document);',
    ],
    [
      'a permission from a permission',
      'permissions = ["read", "write"]; "read" if "write";',
      'has_permission(actor: Actor, "read", document: Document) if has_permission(actor, "write", document);',
    ],
    [
      'a role from a role over a relation',
      'roles = ["reader"]; "reader" if "member" on "folder";',
      'has_role(actor: Actor, "reader", document: Document) if has_relation(related_folder, "folder", document) and has_role(actor, "member", related_folder);',
    ],
    [
      'a permission from a permission over a relation',
      'permissions = ["read"]; "read" if "open" on "folder";',
      'has_permission(actor: Actor, "read", document: Document) if has_relation(related_folder, "folder", document) and has_permission(actor, "open", related_folder);',
    ],
    [
      'a permission from a relation over a relation',
      'permissions = ["read"]; "read" if "owner" on "folder";',
      'has_permission(actor: Actor, "read", document: Document) if has_relation(related_folder, "folder", document) and has_relation(actor, "owner", related_folder);',
    ],
  ])('grants %s', (_, block, rule) => {
    const lines = expanded(`${hooks} resource Document { ${block} }`)
    expect(lines.map((line) => line.replace(/\s+/g, ' '))).toEqual([rule])
  })

  test('follows the written rules of its name, block by block', () => {
    const policy = build(`
      resource Folder { permissions = ["a", "b"]; "a" if "b"; }
      resource Company { permissions = ["a", "b"]; "a" if "b"; }
      resource Folder { permissions = ["c"]; "a" if "c"; }
      actor Person {}
      has_permission(_: Person, "c", _: Folder);`).policy
    const heads = policy?.rules.get('has_permission')?.map((rule) => spanText(rule.span))
    expect(heads).toEqual(['has_permission(_: Person, "c", _: Folder);', '"a" if "b";', '"a" if "c";', '"a" if "b";'])
  })
})
