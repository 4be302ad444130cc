import { describe, expect, test } from 'vitest'
import { diagnosticsOf, problems } from '../testing/problems.js'

describe('a list in the place of an action', () => {
  test.each([
    ['is found', 'allow(_, ["read", "edit"], _);', ['1:10 ["read", "edit"]']],
    ['is found for fields', 'allow_field(_, ["read"], _, "name");', ['1:16 ["read"]']],
    ['is found for the names of fields', 'allow_field(_, "read", _, ["id", "name"]);', ['1:27 ["id", "name"]']],
    ['is nothing special in other places', 'allow(_, "read", [_]); f(_, [1]);', []],
    ['is fine in the condition', 'allow(_, action, _) if action in ["read", "edit"];', []],
  ])('%s', (_, policy, found) => {
    expect(problems('unreachable-rule', policy)).toEqual(found)
  })

  test('has a hint that can be copied', () => {
    expect(diagnosticsOf('unreachable-rule', 'allow(_, ["read", "edit"], _);').map((one) => one.hint)).toEqual([
      'write action, and in the condition: action in ["read", "edit"]',
    ])
  })
})
