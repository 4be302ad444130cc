import { describe, expect, test } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'

class User {
  readonly id: number
  readonly boss: User | null
  readonly flags: readonly boolean[]
  constructor(id: number, boss: User | null, flags: readonly boolean[] = []) {
    this.id = id
    this.boss = boss
    this.flags = flags
  }
}

function authorizers(rules: string): readonly Authorizer[] {
  return (['machine', 'closures', 'source'] as const).map((evaluator) => {
    const authorizer = new Authorizer({ evaluator }).registerClass(User, {
      key: 'id',
      fields: {
        id: { type: 'integer', nullable: false },
        boss: { one: 'User' },
        flags: { type: Boolean, list: true, nullable: false },
      },
    })
    authorizer.loadSync(rules)
    return authorizer
  })
}

/** The answers to whether a user without a boss may read themselves, or the codes of errors. */
function answers(rules: string): readonly unknown[] {
  const user = new User(1, null, [true, false])
  return authorizers(rules).map((authorizer) => {
    try {
      return authorizer.can(user, 'read', user)
    } catch (error) {
      return (error as { code: string }).code
    }
  })
}

describe('the machine and predicates meet the same errors', () => {
  const cases: readonly (readonly [string, string, unknown])[] = [
    [
      'not in an arm beside one that is true, when a later goal is false',
      '(u matches User or u.boss.id = 1) and u.id = 2',
      false,
    ],
    ['not in an arm before one that is true', 'u.boss.id = 1 or u matches User', true],
    [
      'not in an arm behind one that is true, when nothing follows',
      'u.id = 1 and (u matches User or u.boss.id = 1)',
      true,
    ],
    ['not in an arm behind one that is true, inside a negation', 'not (u matches User or u.boss.id = 1)', false],
    [
      'not in an element behind one that settles `forall`',
      'not forall(f in u.flags, not f or u.boss.id = 1)',
      'missing-attribute',
    ],
    [
      'not in an arm behind one that is true, inside two negations',
      'not (not (u matches User or u.boss.id = 1)) and u.id = 2',
      false,
    ],
    ['in what is looked for, also in an empty list', 'u.boss.id in []', 'missing-attribute'],
    ['in what is matched with a class that it can not be of', 'u.boss.boss matches String', 'missing-attribute'],
    ['not in a further solution of what only the machine can answer', 'several(u) and u.id = 2', false],
    ['in what is matched with a class that it is of for certain', 'u.boss.id matches Integer', 'missing-attribute'],
    ['in what a rule is called with, also where no rule takes it', 'never(u.boss.id)', 'missing-attribute'],
    ['in a lookup behind one that does not fit', '[u.id, u.boss.id] = [2, 1]', 'missing-attribute'],
    ['in a lookup before one that does not fit', '[u.boss.id, u.id] = [1, 2]', 'missing-attribute'],
    ['in a lookup of lists that differ in length', '[u.boss.id, u.id] = [1]', 'missing-attribute'],
  ]
  test.each(cases)('%s', (_, goals, expected) => {
    expect(
      answers(
        `allow(_: User, "read", u: User) if ${goals}; never("x"); several(u) if u.id = 1; several(u) if u.boss.id = 1; several(u) if u.id = 3 and cut;`,
      ),
    ).toEqual([expected, expected, expected])
  })
})
