import { describe, expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

describe('undeclared-related-term', () => {
  test.each([
    [
      'points at what the other block does not declare',
      'resource Folder {} resource Company { roles = ["a"]; relations = {c: Folder}; "a" if "b" on "c"; }',
      ['1:86 "b"'],
    ],
    [
      'asks the other block, not the own one',
      'resource Folder { permissions = ["b"]; } resource Company { permissions = ["a"]; relations = {c: Folder}; "a" if "b" on "c"; "a" if "a" on "c"; }',
      ['1:133 "a"'],
    ],
  ])('%s', (_, policy, found) => {
    expect(problems('undeclared-related-term', policy)).toEqual(found)
  })
})
