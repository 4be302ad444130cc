import { describe, expect, test } from 'vitest'
import { diagnosticsOf, problems } from '../testing/problems.js'

describe('block-keyword', () => {
  test.each([
    ['misses the word', 'Company {}', ['1:1 Company']],
    ['does not know the word', 'group Company {}', ['1:1 group']],
    ['knows the two', 'actor Person {} resource Company {}', []],
  ])('%s', (_, policy, found) => {
    expect(problems('block-keyword', policy)).toEqual(found)
  })
})

describe('unknown-declaration', () => {
  test.each([
    ['points at lists of another name', 'resource Company { actions = ["a"]; }', ['1:30 ["a"]']],
    ['points at dictionaries of another name', 'resource Company { links = {a: Person}; }', ['1:28 {a: Person}']],
    ['knows the three', 'resource Company { roles = []; permissions = []; relations = {}; }', []],
  ])('%s', (_, policy, found) => {
    expect(problems('unknown-declaration', policy)).toEqual(found)
  })

  test('suggests the near one', () => {
    expect(diagnosticsOf('unknown-declaration', 'resource Company { role = ["a"]; }').map((one) => one.hint)).toEqual([
      'did you mean "roles"?',
    ])
  })
})

describe('declaration-form', () => {
  test.each([
    ['wants roles to be a list', 'resource Company { roles = {a: Person}; }', ['1:28 {a: Person}']],
    ['wants permissions to be a list', 'resource Company { permissions = {}; }', ['1:34 {}']],
    ['wants relations to be a dictionary', 'resource Company { relations = ["a"]; }', ['1:32 ["a"]']],
  ])('%s', (_, policy, found) => {
    expect(problems('declaration-form', policy)).toEqual(found)
  })
})

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
