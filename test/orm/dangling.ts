import { QueryError } from '@arcturus/core'

/** Rows by their tables, some of which refer to rows that are gone: teams 7 and 8, sites 1/2 and 2/1, card 9, tag 9. */
export const tables = {
  Team: [
    { id: 1, level: 1 },
    { id: 2, level: 2 },
  ],
  Site: [{ org: 1, no: 1 }],
  User: [
    { id: 1, teamId: 1, org: 1, no: 1 },
    { id: 2, teamId: 7, org: 1, no: 2 },
    { id: 3, teamId: null, org: 2, no: 1 },
  ],
  Membership: [
    { id: 1, userId: 1, teamId: 1 },
    { id: 2, userId: 2, teamId: 7 },
    { id: 3, userId: 2, teamId: 1 },
    { id: 4, userId: 3, teamId: 8 },
  ],
  Card: [
    { id: 1, teamId: 1, needId: 1, org: 1, no: 1, parentId: null },
    { id: 2, teamId: 7, needId: 7, org: 1, no: 2, parentId: 1 },
    { id: 3, teamId: null, needId: 2, org: 1, no: null, parentId: 9 },
    { id: 4, teamId: 8, needId: 8, org: null, no: null, parentId: 3 },
    { id: 5, teamId: 2, needId: 1, org: 2, no: 1, parentId: 4 },
  ],
  Tag: [{ id: 1, name: 'a' }],
  Badge: [
    { id: 1, cardId: 1 },
    { id: 2, cardId: 99 },
  ],
} as const

/** The tags of cards, by their ids. */
export const tagged: readonly (readonly [card: number, tag: number])[] = [
  [1, 1],
  [2, 9],
  [3, 1],
  [3, 9],
]

const all = [1, 2, 3, 4, 5]
const same = (cards: readonly number[]) => [cards, cards, cards] as const

/** Conditions on a card and a user, and the cards for which they hold: for the users 1, 2 and 3. */
export const conditions: readonly (readonly [
  condition: string,
  cards: readonly [readonly number[], readonly number[], readonly number[]],
])[] = [
  ['c.team = u.team', [[1], [2, 3, 4], [2, 3, 4]]],
  [
    'not (c.team = u.team)',
    [
      [2, 3, 4, 5],
      [1, 5],
      [1, 5],
    ],
  ],
  [
    'c.team != u.team',
    [
      [2, 3, 4, 5],
      [1, 5],
      [1, 5],
    ],
  ],
  ['c.team = u.team and c.team != nil', [[1], [], []]],
  ['c.team != nil', same([1, 5])],
  ['c.team = nil', same([2, 3, 4])],
  ['not (c.team = nil)', same([1, 5])],
  ['c.team matches Team', same([1, 5])],
  ['not c.team matches Team', same([2, 3, 4])],
  ['c.team.level = 1', same([1])],
  ['not (c.team.level = 1)', same([5])],
  ['c.team = nil or c.team.level = 2', same([2, 3, 4, 5])],
  ['c.need != nil', same([1, 3, 5])],
  ['c.need = nil', same([2, 4])],
  ['not (c.need = nil)', same([1, 3, 5])],
  ['c.need.level = 1', same([1, 5])],
  ['not (c.need.level = 1)', same([3])],
  ['c.need = c.team', same([1, 2, 4])],
  ['not (c.need = c.team)', same([3, 5])],
  [
    'c.need = u.team',
    [
      [1, 5],
      [2, 4],
      [2, 4],
    ],
  ],
  ['c.site = u.site', [[1], [2, 3, 4, 5], [2, 3, 4, 5]]],
  ['not (c.site = u.site)', [[2, 3, 4, 5], [1], [1]]],
  ['c.site != nil', same([1])],
  ['c.parent = nil', same([1, 3])],
  ['c.parent.team = u.team', [[2], [4, 5], [4, 5]]],
  ['c.parent != nil and not (c.parent.team = nil)', same([2])],
  ['c.badge != nil', same([1])],
  ['c.badge = nil', same([2, 3, 4, 5])],
  ['t in c.tags and t.name = "a"', same([1, 3])],
  ['not (t in c.tags and t.id > 0)', same([2, 4, 5])],
  ['forall(t in c.tags, t.name = "a")', same(all)],
  ['m in u.memberships and m.team = c.team', [[1], [1, 2, 3, 4], [2, 3, 4]]],
  ['not (m in u.memberships and m.team = c.team)', [[2, 3, 4, 5], [5], [1, 5]]],
  ['m in u.memberships and m.team = c.team and c.team != nil', [[1], [1], []]],
  ['m in u.memberships and m.team = nil', [[], all, all]],
  ['forall(m in u.memberships, m.team != nil)', [all, [], []]],
  ['owned(c)', same([1, 2, 5])],
  ['not owned(c)', same([3, 4])],
  ['u.team = nil', [[], all, all]],
  ['u.team != nil and u.team.level = 1', [all, [], []]],
  ['u.team = nil or u.team.level = c.need.level', [[1, 5], all, all]],
]

/** Each condition is a rule of its own, whose action is its text. */
export const policy = [
  ...conditions.map(([condition]) => {
    const head = (name: string) => (new RegExp(`\\b${name}\\b`).test(condition) ? name : `_${name}`)
    return `allow(${head('u')}: User, ${JSON.stringify(condition)}, ${head('c')}: Card) if ${condition};`
  }),
  'owned(c: Card) if c.team != nil;',
  'owned(c: Card) if c.parent != nil and owned(c.parent);',
].join('\n')

/** False for the error of a check that reads from nil. @throws any other. */
export function isStepThroughNil(error: unknown): false {
  if (error instanceof QueryError && error.code === 'missing-attribute') return false
  throw error
}
