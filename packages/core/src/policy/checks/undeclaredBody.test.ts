import { describe, expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

describe('undeclared-term', () => {
  test.each([
    ['points at what a rule follows from', 'resource Company { roles = ["a"]; "a" if "b"; }', ['1:42 "b"']],
    ['points at the relation', 'resource Company { roles = ["a"]; "a" if "b" on "c"; }', ['1:49 "c"']],
    [
      'leaves what is behind the relation to others',
      'resource Company { roles = ["a"]; relations = {c: Folder}; "a" if "b" on "c"; }',
      [],
    ],
  ])('%s', (_, policy, found) => {
    expect(problems('undeclared-term', policy)).toEqual(found)
  })
})
