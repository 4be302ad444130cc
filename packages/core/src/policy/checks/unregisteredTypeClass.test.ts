import { describe, expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

describe('unregistered-class', () => {
  test.each([
    ['names a class of a type where a rule has another', 'type f(_: Nobody); f(_: Person);', ['1:11 Nobody']],
    ['names one where a rule has a value', 'type f(_, _: Nobody); f(1, "a");', ['1:14 Nobody']],
    ['lets one pass where the rule has the same', 'type f(_: Nobody); f(_: Nobody);', []],
    ['lets one pass that no rule meets', 'type f(_: Nobody); g(_: Person);', []],
  ])('%s', (_, policy, found) => {
    expect(problems('unregistered-class', policy)).toEqual(found)
  })
})
