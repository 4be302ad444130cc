import { describe, expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

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
