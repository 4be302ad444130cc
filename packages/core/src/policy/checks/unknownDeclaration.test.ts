import { describe, expect, test } from 'vitest'
import { diagnosticsOf, problems } from '../testing/problems.js'

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
