import { describe, expect, test } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'

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
