import { describe, expect, test } from 'vitest'
import { Authorizer } from '../authorizer.js'

class User {}
class Org {
  readonly id = 2
  readonly repos: readonly unknown[] = []
}

/**
 * A variable is known outside a negation where something else waits for it there. A goal that waits
 * for a variable of the negation alone is an error.
 */
const answers: [body: string, answer: boolean | string][] = [
  ['v > 0 and not (v > 1)', 'unhandled-constraint'],
  ['v > 0 and not (v > 1) and v = 1', true],
  ['v > 0 and not (v > 1) and v = 2', false],
  ['not (v > 1) and v = 1', 'unhandled-constraint'],
  ['v = w and not (v > 1) and w = 2', false],
  ['v.id = 2 and not (v.id = 3) and v = org', true],
  ['v.id = 2 and not (v.id = 3) and not (v.id = 2) and v = org', false],
  ['not (v.id = 3) and v = org', 'unhandled-constraint'],
  ['v > 0 and not (v = 1 or v > 5) and v = 3', true],
  ['v > 0 and not (v = 1 or v > 5) and v = 7', false],
  ['v > 0 and not (v > 1 and w > 1) and v = 3 and w = 1', 'unhandled-constraint'],
  ['not (v > 0 and not (v > 1)) and v = 2', 'unhandled-constraint'],
  ['forall(v > 0, v > 1) and v = 2', 'unhandled-constraint'],
  ['v > 1 and not (not (v > 5)) and v = 3', false],
  ['v > 1 and not (not (v > 5)) and v = 7', true],
  ['v in w and not (v > 5) and w = [3]', true],
  ['v in w and not (v > 5) and w = [7]', false],
  ['forall(v.parent != nil, _w in v.repos)', 'unhandled-constraint'],
  ['not (v > 1 and w > 1 and not (v > w))', 'unhandled-constraint'],
  ['not (v.parent = 1 and not (v.other = 1) and false)', true],
]

describe.each(['machine', 'closures', 'source'] as const)('a negation with unbound variables: %s', (evaluator) => {
  test.each(answers)('%s', (body, answer) => {
    const authorizer = new Authorizer({ evaluator, print: () => {} }).registerClass(User).registerClass(Org)
    authorizer.loadSync(`allow(_user: User, "read", org: Org) if org.id = 2 and ${body};`)
    const asking = () => authorizer.can(new User(), 'read', new Org())
    if (typeof answer === 'boolean') expect(asking()).toBe(answer)
    else expect(asking).toThrow(expect.objectContaining({ code: answer }))
  })
})
