import { describe, expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

const allow = 'allow(x, y, z) if has_permission(x, y, z);'
const block = 'actor Person {} resource Folder { roles = ["owner", "guest"]; permissions = ["read", "edit"];'

describe('ungranted-permission', () => {
  test.each([
    ['points at a permission that no rule grants', `${block} "read" if "owner"; } ${allow}`, ['1:86 "edit"']],
    [
      'accepts shorthand and written rules',
      `${block} "read" if "owner"; } ${allow} has_permission(_: Person, "edit", _: Folder);`,
      [],
    ],
    [
      'accepts a rule for any resource',
      `${block} "read" if "owner"; } ${allow} has_permission(_: Person, "edit", _: Resource);`,
      [],
    ],
    [
      'accepts a rule with a variable',
      `${block} "read" if "owner"; } ${allow} has_permission(_: Person, x, _: Folder) if x = "edit";`,
      [],
    ],
    ['accepts an action of `allow`', `${block} "read" if "owner"; } ${allow} allow(_: Person, "edit", _: Folder);`, []],
    ['accepts what an administrator may', `${block} "read" if "owner"; } ${allow} allow(_: Employee, _, _);`, []],
    [
      'accepts actions from data',
      `${block} "read" if "owner"; } ${allow} allow(x: Person, y, _) if y in x.actions;`,
      [],
    ],
    [
      'does not take the permission of another class for its own',
      `${block} "read" if "owner"; } ${allow} resource Document { permissions = ["edit"]; roles = ["a"]; "edit" if "a"; }`,
      ['1:86 "edit"'],
    ],
  ])('%s', (_, policy, found) => {
    expect(problems('ungranted-permission', `${policy} has_role(_: Person, _: String, _: Folder);`)).toEqual(found)
  })
})

describe('unassigned-role', () => {
  test.each([
    ['points at a role that no rule gives', 'has_role(_: Person, "owner", _: Folder);', ['1:53 "guest"']],
    ['accepts a rule with a variable', 'has_role(_: Person, _: String, _: Folder);', []],
    [
      'accepts a rule that finds the role in data',
      'has_role(p: Person, name, f: Folder) if r in p.roles and r.name = name and r.folder = f;',
      [],
    ],
    ['is content with rules of a superclass', 'has_role(_: Person, _: String, _: Resource);', []],
  ])('%s', (_, policy, found) => {
    expect(problems('unassigned-role', `${block} "read" if "owner"; "edit" if "guest"; } ${policy} ${allow}`)).toEqual(
      found,
    )
  })

  test('accepts a role that another one implies', () => {
    const policy = `${block} "read" if "guest"; "edit" if "owner"; "guest" if "owner"; } ${allow} has_role(_: Person, "owner", _: Folder);`
    expect(problems('unassigned-role', policy)).toEqual([])
  })
})
