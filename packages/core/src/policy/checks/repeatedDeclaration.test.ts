import { describe, expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

describe('repeated-declaration', () => {
  test.each([
    [
      'points at the second of each',
      'resource Company { roles = ["a"]; roles = ["b"]; permissions = []; permissions = []; }',
      ['1:43 ["b"]', '1:82 []'],
    ],
    [
      'points at the second relations',
      'resource Company { relations = {}; relations = {a: Person}; }',
      ['1:48 {a: Person}'],
    ],
    [
      'lets another block declare more',
      'resource Company { roles = ["a"]; } resource Company { roles = ["b"]; } has_role(_: Company, "a", _: Company);',
      [],
    ],
    ['leaves wrong forms to their own check', 'resource Company { roles = {}; roles = {}; }', []],
  ])('%s', (_, policy, found) => {
    expect(problems('repeated-declaration', policy)).toEqual(found)
  })
})
