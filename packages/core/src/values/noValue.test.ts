import { describe, expect, test } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import { ArcturusError } from '../errors.js'

/** As decimal.js and Prisma have it. */
class Decimal {
  readonly [Symbol.toStringTag] = 'Decimal'
  constructor(readonly text: string) {}
  toString(): string {
    return this.text
  }
}

class User {}
class Task {
  readonly parent: Task = this
  readonly list: unknown[]
  constructor(readonly due: unknown) {
    this.list = [due]
  }
}

const noValues = {
  'an invalid date': new Date(Number.NaN),
  NaN: Number.NaN,
  'a decimal that is NaN': new Decimal('NaN'),
}
const goals = [
  't.due = t.due',
  't.parent.due = t.due',
  't.due == t.due',
  't.due in [t.due]',
  't.due in t.list',
  '[t.due] = [t.due]',
  'due in t.list and due = t.due',
  'a = t.due and b = t.parent.due and a = b',
]

describe.each(['source', 'closures', 'machine'] as const)('for %s', (evaluator) => {
  test.each(Object.entries(noValues).flatMap(([name, value]) => goals.map((goal) => [name, goal, value] as const)))(
    '%s equals nothing, not even itself: %s',
    (_name, goal, value) => {
      const authorizer = new Authorizer({ evaluator }).registerClass(User).registerClass(Task)
      authorizer.loadSync(`
      allow(_: User, "test", t: Task) if ${goal};
      allow(_: User, "negate", t: Task) if not (${goal});`)
      const answers = (one: unknown) =>
        ['test', 'negate'].map((action) => authorizer.can(new User(), action, new Task(one)))
      expect(answers(value)).toEqual([false, true])
      expect(answers(new Date(0))).toEqual([true, false])
    },
  )
})

class Account {
  constructor(
    readonly id: number,
    readonly blocked: Iterable<unknown>,
  ) {}
}

const elementGoals = [
  'not t.due in a.blocked',
  'not 7 in a.blocked',
  'not "ada" in a.blocked',
  'not (x in a.blocked and x = t.due)',
  'forall(x in a.blocked, x != t.due)',
  'x in a.blocked and x != t.due',
  'x in a.blocked and (t.due = 1 or x = 2)',
  '_ in a.blocked',
]

describe.each(['source', 'closures', 'machine'] as const)('for %s', (evaluator) => {
  const ask = (goal: string, blocked: Iterable<unknown>): readonly unknown[] => {
    const authorizer = new Authorizer({ evaluator, log() {} }).registerClass(Account).registerClass(Task)
    authorizer.loadSync(`allow(a: Account, "test", t: Task) if a.id = 1 and t.due = 1 and (${goal});`)
    const [account, task] = [new Account(1, blocked), new Task(1)]
    const ways = [
      () => authorizer.can(account, 'test', task),
      () => authorizer.filter(account, 'test', 'Task').matches(task),
      () => authorizer.actorFilter('test', task, 'Account').matches(account),
    ]
    return ways.map((way) => {
      try {
        return way()
      } catch (error) {
        if (error instanceof ArcturusError) return error.code
        throw error
      }
    })
  }

  test.each(elementGoals)('an undefined element of a list is an error: %s', (goal) => {
    expect(ask(goal, [undefined])[0]).toBe('missing-attribute')
    expect(ask(goal, [undefined])).not.toContain(true)
    expect(ask(goal, new Array(1))).not.toContain(true)
  })

  test('an undefined element of another collection is an error', () => {
    expect(ask('not t.due in a.blocked', new Set([undefined]))[0]).toBe('missing-attribute')
  })

  test.each([
    [[Promise.resolve(undefined)], 'missing-attribute'],
    [new Set([Promise.resolve(undefined)]), 'missing-attribute'],
    [[Promise.resolve(undefined), 1], false],
    [[Promise.resolve(null)], true],
  ])('a promised element that is undefined is an error: %o', async (blocked, answer) => {
    const authorizer = new Authorizer({ evaluator, log() {} }).registerClass(Account).registerClass(Task)
    authorizer.loadSync('allow(a: Account, "test", t: Task) if not t.due in a.blocked;')
    const asked = authorizer.isAllowed(new Account(1, blocked), 'test', new Task(1))
    expect(await asked.catch((error: ArcturusError) => error.code)).toBe(answer)
  })

  test.each([[[1, undefined]], [[undefined, 1]]])('another element decides beside it: %o', (blocked) => {
    expect(ask('t.due in a.blocked', blocked)).toEqual([true, true, true])
    expect(ask('not t.due in a.blocked', blocked)).toEqual([false, false, false])
  })
})
