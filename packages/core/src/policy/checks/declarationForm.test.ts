import { describe, expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

describe('declaration-form', () => {
  test.each([
    ['wants roles to be a list', 'resource Company { roles = {a: Person}; }', ['1:28 {a: Person}']],
    ['wants permissions to be a list', 'resource Company { permissions = {}; }', ['1:34 {}']],
    ['wants relations to be a dictionary', 'resource Company { relations = ["a"]; }', ['1:32 ["a"]']],
  ])('%s', (_, policy, found) => {
    expect(problems('declaration-form', policy)).toEqual(found)
  })
})
