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

describe('invalid-rule-type', () => {
  test.each([
    ['points at one where a rule has a list in its place', 'type f(_, [1, *r]); f(1, [1]);', ['1:6 f(_, [1, *r]);']],
    ['points at one in a pattern', 'type f(_: [1, *r]); f(_: [1]);', ['1:6 f(_: [1, *r]);']],
    ['lets one pass that no rule meets', 'type f([1, *r]); f(1, 2); f(3);', []],
  ])('%s', (_, policy, found) => {
    expect(problems('invalid-rule-type', policy)).toEqual(found)
  })
})
