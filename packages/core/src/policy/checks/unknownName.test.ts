import { describe, expect, test } from 'vitest'
import { diagnosticsOf, problems } from '../testing/problems.js'

describe('unknown-permission', () => {
  test.each([
    [
      'looks at heads',
      'actor Person {} resource Company { roles = ["admin"]; permissions = ["read"]; relations = {boss: Person}; } resource Folder { permissions = ["open"]; } has_permission(_: Person, "reed", _: Company);',
      ['1:179 "reed"'],
    ],
    [
      'looks at calls',
      'actor Person {} resource Company { roles = ["admin"]; permissions = ["read"]; relations = {boss: Person}; } resource Folder { permissions = ["open"]; } f(p, c: Company) if has_permission(p, "reed", c) or has_permission(p, "open", c);',
      ['1:191 "reed"', '1:223 "open"'],
    ],
    [
      'takes names of all blocks where the class is not known',
      'actor Person {} resource Company { roles = ["admin"]; permissions = ["read"]; relations = {boss: Person}; } resource Folder { permissions = ["open"]; } f(p, c) if has_permission(p, "open", c) or has_permission(p, "shut", c);',
      ['1:214 "shut"'],
    ],
    [
      'looks at comparisons',
      'actor Person {} resource Company { roles = ["admin"]; permissions = ["read"]; relations = {boss: Person}; } resource Folder { permissions = ["open"]; } has_permission(_: Person, p: String, _: Company) if p = "read" or p in ["reed", "read"] or "rid" == p;',
      ['1:225 "reed"', '1:244 "rid"'],
    ],
    [
      'is content where a class declares none',
      'actor Person {} resource Company { roles = ["admin"]; permissions = ["read"]; relations = {boss: Person}; } resource Folder { permissions = ["open"]; } has_permission(_: Person, "x", _: Person);',
      [],
    ],
    [
      'leaves actions alone',
      'actor Person {} resource Company { roles = ["admin"]; permissions = ["read"]; relations = {boss: Person}; } resource Folder { permissions = ["open"]; } allow(_, "fly", _);',
      [],
    ],
  ])('%s', (_, policy, found) => {
    expect(problems('unknown-permission', policy)).toEqual(found)
  })

  test.each([
    ['unknown-role', 'has_role(_: Person, "admn", _: Company);', 'did you mean "admin"?'],
    ['unknown-relation', 'has_relation(_: Person, "bos", _: Company);', 'did you mean "boss"?'],
    ['unknown-relation', 'f(p, c: Company) if has_relation(p, "x", c);', 'use a declared name: boss'],
  ] as const)('%s: %s %s', (code, rule, hint) => {
    const blocks = 'actor Person {} resource Company { roles = ["admin"]; relations = {boss: Person}; }'
    expect(diagnosticsOf(code, `${blocks} ${rule}`).map((one) => one.hint)).toEqual([hint])
  })

  test('a rule type names relations as well', () => {
    const policy = `
      type has_relation(_: Person, "likes", _: Company);
      resource Company { relations = {boss: Person}; }
      has_relation(_: Person, "likes", _: Company);`
    expect(problems('unknown-relation', policy)).toEqual([])
  })

  test('a subclass has the names of its superclass', () => {
    const policy = 'resource Document { permissions = ["read"]; } has_permission(_: Document, "read", _: Secret);'
    expect(problems('unknown-permission', policy)).toEqual([])
  })
})
