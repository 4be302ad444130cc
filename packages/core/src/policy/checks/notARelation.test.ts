import { describe, expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

describe('not-a-relation', () => {
  test.each([
    ['points at a role behind on', 'resource Company { roles = ["a"]; "a" if "a" on "a"; }', ['1:49 "a"']],
    [
      'lets relations pass',
      'resource Company { permissions = ["a"]; relations = {c: Company}; "a" if "a" on "c"; } has_relation(_: Company, "c", _: Company);',
      [],
    ],
  ])('%s', (_, policy, found) => {
    expect(problems('not-a-relation', policy)).toEqual(found)
  })
})
