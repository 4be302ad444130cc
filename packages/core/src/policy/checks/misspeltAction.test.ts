import { expect, test } from 'vitest'
import { diagnosticsOf, problems } from '../testing/problems.js'

const block =
  'actor Person {} resource Folder { permissions = ["read", "archive"]; roles = ["a"]; "read" if "a"; "archive" if "a"; } has_role(_: Person, "a", _: Folder); allow(x, y, z) if has_permission(x, y, z);'

test.each([
  ['finds swapped letters', 'allow(_: Person, "raed", _: Folder);', ['raed']],
  ['finds a missing letter of a long action', 'allow(_: Person, "archve", _: Folder);', ['archve']],
  ['finds an additional letter of a long action', 'allow(_: Person, "archivee", _: Folder);', ['archivee']],
  ['finds an action on fields', 'allow_field(_: Person, "raed", _: Folder, "name");', ['raed']],
  ['finds an action of a list', 'allow(_: Person, action, _: Folder) if action in ["raed", "move"];', ['raed']],
  ['finds an action of a comparison', 'allow(_: Person, action, _: Folder) if action = "raed";', ['raed']],
  ['accepts an action that two rules name', 'allow(_: Person, "raed", 1); allow(_: Person, "raed", 2);', []],
  [
    'accepts other actions',
    'allow(_: Person, "share", 1); allow(_: Person, "reads", 2); allow(_: Person, "rend", 3);',
    [],
  ],
  ['accepts declared permissions', 'resource Page { permissions = ["dear"]; } allow(_: Person, "dear", _: Page);', []],
])('%s', (_, policy, found) => {
  const told = diagnosticsOf('misspelt-action', `${block} ${policy}`).map(({ data }) => data?.['action'])
  expect(told).toEqual(found)
})

test('compares with actions of other rules that are named twice', () => {
  const policy = 'allow(_, "publish", 1); allow(_, "publish", 2); allow(_, "pulbish", 3); allow(_, "x", 4);'
  expect(problems('misspelt-action', policy)).toEqual(['1:58 "pulbish"'])
  expect(problems('misspelt-action', 'allow(_, "post", 1); allow(_, "psot", 2);')).toEqual([])
})
