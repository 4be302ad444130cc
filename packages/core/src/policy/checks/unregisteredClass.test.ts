import { describe, expect, test } from 'vitest'
import { diagnosticsOf, problems } from '../testing/problems.js'

describe('unregistered-class', () => {
  test.each([
    ['names a class that nobody registered', 'resource Nobody {}', ['1:1 resource Nobody']],
    ['does not take a union for a class', 'actor Actor {}', ['1:1 actor Actor']],
    ['knows registered classes', 'actor Person {} resource Company {}', []],
  ])('%s', (_, policy, found) => {
    expect(problems('unregistered-class', policy)).toEqual(found)
  })

  test('suggests the near one', () => {
    expect(diagnosticsOf('unregistered-class', 'resource Compny {}').map((one) => one.hint)).toEqual([
      'did you mean "Company"?',
    ])
  })
})

describe('unregistered-class', () => {
  test.each([
    [
      'names classes that nobody registered',
      'resource Company { relations = {a: Nobody, b: Person, c: Noone}; }',
      ['1:36 Nobody', '1:58 Noone'],
    ],
  ])('%s', (_, policy, found) => {
    expect(problems('unregistered-class', policy)).toEqual(found)
  })
})

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
