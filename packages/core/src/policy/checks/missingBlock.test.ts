import { describe, expect, test } from 'vitest'
import { build } from '../testing/problems.js'

const errors = (policy: string): readonly string[] =>
  build(policy)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code, message, hint }) => `${code}: ${message} ${hint}`)

const resources = `resource Folder { roles = ["a", "b"]; relations = { owner: Person }; permissions = ["p"];
  "a" if "b"; "p" if "a"; "p" if "owner"; }`
const rules = `has_role(_: Person, "a", _: Folder); has_role(_: Person, "b", _: Folder); has_role(_: Employee, "a", _: Folder);
  has_relation(p: Person, "owner", f: Folder) if f.owner = p; has_permission(_: Person, "p", _: Folder);
  allow(x, y, z) if has_permission(x, y, z);`

describe('missing-block', () => {
  test('is one message for all rules of a class without a block', () => {
    expect(errors(`${resources} ${rules}`)).toEqual([
      'missing-block: Person is used as an actor, but has no block. declare it: actor Person {}',
    ])
    expect(errors(`actor Person {} ${resources} ${rules}`)).toEqual([])
  })

  test('names every block that a rule needs', () => {
    expect(errors('allow(_, "a", _); has_permission(_: Person, "a", _: Company);')).toEqual([
      'missing-block: Person is used as an actor, but has no block. declare it: actor Person {}',
      'missing-block: Company is used as a resource, but has no block. declare it: resource Company {}',
    ])
  })

  test('is one message for each class', () => {
    const policy = `actor Person {} ${resources} ${rules} has_role(_: Company, "a", _: Folder); has_permission(_: Person, "p", _: Document); has_permission(_: Person, "q", _: Document);`
    expect(errors(policy)).toEqual([
      'missing-block: Company is used as an actor, but has no block. declare it: actor Company {}',
      'missing-block: Document is used as a resource, but has no block. declare it: resource Document {}',
    ])
  })

  test('leaves other mistakes of a rule to their check', () => {
    expect(build(`actor Person {} ${resources} ${rules} has_role(_: Person, 1, _: Folder);`).diagnostics).toMatchObject(
      [{ code: 'invalid-rule' }],
    )
  })
})
