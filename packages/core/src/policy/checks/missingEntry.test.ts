import { describe, expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

describe('missing-allow-rule', () => {
  test.each([
    ['misses a rule that allows', 'f(1);', ['nowhere']],
    ['misses it in an empty policy', '', ['nowhere']],
    ['is content with allow', 'allow(_, _, _);', []],
    ['is content with allow_field', 'allow_field(_, _, _, _);', []],
    ['is content with allow_request', 'allow_request(_, _);', []],
  ])('%s', (_, policy, found) => {
    expect(problems('missing-allow-rule', policy)).toEqual(found)
  })
})

describe('missing-has-permission', () => {
  test.each([
    ['misses a call where there are permissions', 'resource Folder { permissions = ["a"]; }', ['nowhere']],
    ['wants none without permissions', 'actor Person {} resource Folder { roles = ["a"]; }', []],
    [
      'is content with a call',
      'allow(a, b, c) if has_permission(a, b, c); actor Person {} has_permission(_: Person, "a", _: Person);',
      [],
    ],
    [
      'does not count permissions that imply each other',
      'resource Company { permissions = ["p", "q"]; "p" if "q"; }',
      ['nowhere'],
    ],
    [
      'does not count inline queries',
      'resource Folder { permissions = ["a"]; } ?= has_permission(1, 2, 3);',
      ['nowhere'],
    ],
    ['wants none where there are no blocks', 'f(1);', []],
  ])('%s', (_, policy, found) => {
    expect(problems('missing-has-permission', policy)).toEqual(found)
  })
})
