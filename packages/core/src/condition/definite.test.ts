import { expect, test } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import { UnsupportedFilterError } from '../errors.js'
import { printCondition } from './print.js'

class User {
  readonly id = 1
}
class Repo {
  readonly id = 2
}
class Issue {
  readonly id = 3
}

/** What a printer is given for the rules' filter of issues. */
function definiteOf(rules: string): string {
  const authorizer = new Authorizer()
    .registerClass(User, { key: 'id', fields: { id: { type: 'integer', nullable: false } } })
    .registerClass(Repo, {
      key: 'id',
      fields: {
        id: { type: 'integer', nullable: false },
        name: String,
        stars: { type: 'integer', nullable: false },
        topics: { type: String, list: true, nullable: false },
        owner: { one: 'User' },
      },
    })
    .registerClass(Issue, {
      key: 'id',
      fields: {
        id: { type: 'integer', nullable: false },
        title: String,
        due: Date,
        count: 'integer',
        open: { type: Boolean, nullable: false },
        repo: { one: 'Repo' },
        parent: { one: 'Issue' },
        children: { many: 'Issue' },
      },
    })
  authorizer.loadSync(rules)
  return printCondition(authorizer.filter(new User(), 'read', 'Issue').definite())
}

const cases: readonly (readonly [string, string, string])[] = [
  [
    'a path that is only read may end in nil',
    'allow(_: User, "read", i: Issue) if _name = i.repo.name and i.open;',
    'resource.repo != nil and resource.open = true',
  ],
  [
    'a comparison that is an error for all values is decided by nil',
    'allow(_: User, "read", i: Issue) if i.title != 1;',
    'resource.title = nil',
  ],
  [
    'a comparison that is an error for all values is false for nil, where it is an ordering',
    'allow(_: User, "read", i: Issue) if not i.title < 1;',
    'resource.title = nil',
  ],
  [
    'two columns of different types are equal where both are nil',
    'allow(_: User, "read", i: Issue) if i.title = i.count;',
    'resource.title = nil and resource.count = nil',
  ],
  [
    'two relations are equal where both have no row',
    'allow(_: User, "read", i: Issue) if i.repo = i.parent.repo;',
    '(resource.repo = nil and resource.parent != nil and resource.parent.repo = nil) or resource.repo.id = resource.parent.repo.id',
  ],
]

test.each(cases)('%s', (_, rules, expected) => {
  expect(definiteOf(rules)).toBe(expected)
})

const refused: readonly (readonly [string, string])[] = [
  ['a date ordered with a number', 'i.due >= 3'],
  ['a boolean compared with a number', 'i.open == 1'],
  ['a variable without a value on the side of the actor', 'u.id != _anything and i.open'],
  ['what is computed for each row, also where nothing depends on it', 'not (i.count + 1 = nil)'],
]

test.each(refused)('%s is refused', (_, goals) => {
  expect(() => definiteOf(`allow(${/\bu\b/.test(goals) ? 'u' : '_'}: User, "read", i: Issue) if ${goals};`)).toThrow(
    UnsupportedFilterError,
  )
})
