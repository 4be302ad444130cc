import { describe, expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

describe('invalid-rule-type', () => {
  test.each([
    ['points at a lookup', 'type f(x.y);', ['1:6 f(x.y);']],
    [
      'points at arithmetic in a list',
      `type # why
  f([1 + 1]);`,
      ['2:3 f([1 + 1]);'],
    ],
    ['points at new', 'type f(new Person(1));', ['1:6 f(new Person(1));']],
    ['lets patterns and values pass', 'type f(_, 1, "a", [1], _: Person{a: 1}, _: {b: 2});', []],
  ])('%s', (_, policy, found) => {
    expect(problems('invalid-rule-type', policy)).toEqual(found)
  })
})
