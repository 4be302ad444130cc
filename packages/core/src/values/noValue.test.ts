import { describe, expect, test } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import { ArcturusError } from '../errors.js'
import { Dict } from './dict.js'

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

const comparisonGoals = [
  'not [7] = a.blocked',
  'not a.blocked = [t.due]',
  'not a.blocked = [nil, 7]',
  'not [a.blocked] = [[t.due]]',
  'not [a.blocked, 7] = [[7, 7], 7]',
  'not [7] in [a.blocked]',
  'not a.blocked in [[t.due]]',
  'not t.list = a.blocked',
  '[y] = a.blocked and y != 3',
  '[_] = a.blocked',
  '[y, *_] = a.blocked and y != 3',
  '[*rest] = a.blocked and not rest = [7]',
  'not a.blocked matches [7]',
  'not a.blocked matches [Integer]',
  'a.blocked matches [y] and y != 3',
  'x = {list: a.blocked} and not x = {list: [7]}',
  'forall(x in [a.blocked], not x = [t.due])',
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

  test.each(comparisonGoals)('an undefined element is not compared: %s', (goal) => {
    for (const blocked of [[undefined], new Array(1)]) {
      expect(ask(goal, blocked)[0]).toBe('missing-attribute')
      expect(ask(goal, blocked)).not.toContain(true)
    }
  })

  test.each(['not a.blocked.at(0) = 7', 'y = a.blocked.at(0) and y != 3', 'not a.blocked.at(0) in [3]'])(
    'an undefined result of a method is not compared: %s',
    (goal) => {
      expect(ask(goal, [])[0]).toBe('missing-attribute')
      expect(ask(goal, [])).not.toContain(true)
    },
  )

  test('an element that is a promise is awaited, not compared', async () => {
    const goal = 'not [7] = a.blocked'
    expect(ask(goal, [Promise.resolve(7)])).toEqual(['async-value', 'async-value', 'async-value'])
    const authorizer = new Authorizer({ evaluator, log() {} }).registerClass(Account).registerClass(Task)
    authorizer.loadSync(`allow(a: Account, "test", _: Task) if ${goal};`)
    const isAllowed = (value: unknown) =>
      authorizer.isAllowed(new Account(1, [Promise.resolve(value)]), 'test', new Task(1))
    expect(await isAllowed(7)).toBe(false)
    expect(await isAllowed(8)).toBe(true)
    await expect(isAllowed(undefined)).rejects.toMatchObject({ code: 'missing-attribute' })
  })

  test('elements decide before an undefined one, and lengths after all that both have', () => {
    expect(ask('not a.blocked = [7, 8]', [1, undefined])).toEqual([true, true, true])
    expect(ask('not a.blocked = [1]', [1, undefined])).toEqual([true, true, true])
    expect(ask('not a.blocked = [1, 2]', [undefined])[0]).toBe('missing-attribute')
    expect(ask('not a.blocked = [1, 2]', [undefined])).not.toContain(true)
  })

  test('an undefined value of a dictionary is not compared', () => {
    for (const goal of ['not a.blocked = {x: 7}', 'a.blocked = {x: y} and y != 3', 'not a.blocked matches {x: 7}']) {
      const answers = ask(goal, new Dict({ x: undefined }) as never)
      expect(answers[0]).toBe('missing-attribute')
      expect(answers).not.toContain(true)
    }
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
