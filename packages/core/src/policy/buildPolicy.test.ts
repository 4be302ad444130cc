import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { print } from '../language/print.js'
import { Source } from '../language/source.js'
import { policies } from '../language/testing/policies.js'
import { buildPolicy } from './buildPolicy.js'
import { allChecks } from './checks/all.js'
import { build, officeSchema } from './testing/problems.js'

const office = `
  allow(actor, action, resource) if has_permission(actor, action, resource);
  actor Person { permissions = ["see"]; }
  resource Folder { roles = ["member"]; permissions = ["open"]; relations = { owner: Person, up: Folder }; "open" if "member"; }
  resource Folder { permissions = ["close"]; "close" if "owner"; }
  has_role(_: Person, "member", _: Folder);
  has_permission(p: Person, "see", p: Person);
  has_relation(p: Person, "owner", f: Folder) if p = f.owner;
  type greet(_who: Person);
  ?= 1 = 1;
  ?= 2 = 2;`

describe('a policy', () => {
  const { policy, diagnostics } = build(office)

  test('has no warnings if it is correct', () => {
    expect(diagnostics).toEqual([])
    expect(policy?.warnings).toEqual([])
  })

  test('shows what all blocks of a class declare', () => {
    expect(policy?.blocks.get('Folder')).toEqual({
      keyword: 'resource',
      name: 'Folder',
      roles: ['member'],
      permissions: ['open', 'close'],
      relations: new Map([
        ['owner', 'Person'],
        ['up', 'Folder'],
      ]),
    })
  })

  test('counts actors for both unions', () => {
    expect(policy?.unions).toEqual({ Actor: new Set(['Person']), Resource: new Set(['Person', 'Folder']) })
  })

  test('has the built-in types, those of the text, and those of its blocks', () => {
    const types = [...(policy?.ruleTypes.values() ?? [])].flat().map(print)
    expect(types).toEqual([
      'type allow(_actor, _action, _resource);',
      'type allow_field(_actor, _action, _resource, _field);',
      'type allow_request(_actor, _request);',
      'type has_permission(actor: Actor, _permission: String, resource: Resource);',
      'type greet(_who: Person);',
      'type has_role(actor: Actor, role: String, resource: Resource);',
      'type has_relation(subject: Person, "owner", object: Folder);',
      'type has_relation(subject: Folder, "up", object: Folder);',
    ])
  })

  test('has its inline queries in the order of the text', () => {
    expect(policy?.inlineQueries.map(print)).toEqual(['?= 1 = 1;', '?= 2 = 2;'])
  })

  test('is one of all its sources', () => {
    const sources = [new Source('f(x) if g(x);', 'one'), new Source('allow(_, _, _); g(1);', 'two')]
    const result = buildPolicy(sources, officeSchema(), allChecks())
    expect([...(result.policy?.rules.keys() ?? [])]).toEqual(['f', 'allow', 'g'])
    expect(result.policy?.sources).toEqual(sources)
  })
})

describe('the diagnostics of a policy', () => {
  test.each([
    ['every syntax error is found', 'f(; g(1) if; h(1);', ['unexpected-token', 'unexpected-token']],
    ['a syntax error hides what may follow from it', 'f(; g(x) if h(x);', ['unexpected-token']],
    ['it does not hide what single rules say', 'f(; g(x) if 1 = 1;', ['unexpected-token', 'singleton-variable']],
    [
      'a broken block hides what may follow from it',
      'resource Folder { a = []; } g(x) if h(x);',
      ['unknown-declaration'],
    ],
    [
      'wrong shorthand hides what may follow from it',
      'resource Folder { permissions = ["a"]; "a" if "b"; "c" if "a"; } g(x) if h(x);',
      ['undeclared-term', 'undeclared-term'],
    ],
    [
      'an unused variable hides nothing',
      'g(_, x) if h(1); type i(1); i(2); allow(1);',
      ['singleton-variable', 'undefined-rule', 'invalid-rule', 'invalid-rule'],
    ],
  ])('%s', (_, policy, codes) => {
    const result = build(policy)
    expect(result.diagnostics.filter((one) => one.severity === 'error').map((one) => one.code)).toEqual(codes)
    expect(result.policy).toBeUndefined()
  })

  test('are found stage by stage and sorted by their place', () => {
    const result = build(
      'allow(_, _, x) if h(1);\nresource Folder { roles = ["a"]; permissions = ["p"]; }\ni(y) if 1 = 1;',
    )
    const codes = (list: typeof result.found) => list.map((one) => one.code)
    expect(codes(result.found)).toEqual([
      'singleton-variable',
      'singleton-variable',
      'missing-required-rule',
      'uncalled-rule',
      'missing-has-permission',
      'undefined-rule',
    ])
    expect(codes(result.diagnostics)).toEqual([
      'singleton-variable',
      'undefined-rule',
      'missing-required-rule',
      'uncalled-rule',
      'singleton-variable',
      'missing-has-permission',
    ])
  })
})

test('any text gives a policy or diagnostics', () => {
  const words = [...new Set(policies.join(' ').match(/[\p{L}_][\p{L}\d_]*|"[^"]*"|\d+|[^\s\p{L}\d]/gu) ?? [])]
  const names = ['Person', 'Document', 'Folder', 'resource', 'actor', 'has_role', 'has_relation', 'folder', 'on', 'if']
  const text = fc
    .array(fc.constantFrom(...words, ...names, ';', '(', ')'), { maxLength: 60 })
    .map((list) => list.join(' '))
  const mutated = fc
    .tuple(fc.constantFrom(office, ...policies), fc.nat(), fc.nat({ max: 30 }), text)
    .map(([policy, at, length, other]) => {
      const from = at % policy.length
      return `${policy.slice(0, from)} ${other.slice(0, 20)} ${policy.slice(from + length)}`
    })
  fc.assert(
    fc.property(fc.oneof(text, mutated), (policy) => {
      const { policy: built, diagnostics } = build(policy)
      expect(built === undefined).toBe(diagnostics.some((one) => one.severity === 'error'))
    }),
    { numRuns: 500 },
  )
})

test('long policies load', () => {
  const many = Array.from({ length: 30_000 }, (_, index) => `p.f${index} = ${index}`)
  const list = many.map((_, index) => index).join(', ')
  const { policy } = build(`f(p) if ${many.join(' and ')}; g(_: Document) if [${list}] = 1 or p = p.x; h(${list});`)
  expect(policy?.rules.size).toBe(3)
})
