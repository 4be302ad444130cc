import { describe, expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

describe('missing-related-block', () => {
  test.each([
    [
      'points at the class that has none',
      'resource Company { roles = ["a"]; relations = {c: Folder}; "a" if "b" on "c"; }',
      ['1:51 Folder'],
    ],
    ['is content where no rule goes there', 'resource Company { relations = {c: Folder}; }', []],
  ])('%s', (_, policy, found) => {
    expect(problems('missing-related-block', policy)).toEqual(found)
  })
})
