import { describe, expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

describe('conflicting-declaration', () => {
  test.each([
    ['points at a role that is declared twice', 'resource Company { roles = ["a", "a"]; }', ['1:34 "a"']],
    ['points at a permission that is a role', 'resource Company { permissions = ["a"]; roles = ["a"]; }', ['1:35 "a"']],
    [
      'points at the class of a relation that is a role',
      'resource Company { relations = {a: Person}; roles = ["a"]; }',
      ['1:36 Person'],
    ],
    [
      'looks across blocks',
      'resource Company { roles = ["a"]; } resource Company { permissions = ["a"]; }',
      ['1:71 "a"'],
    ],
    [
      'points at a relation to another class',
      'resource Company { relations = {a: Person}; } resource Company { relations = {a: Folder}; }',
      ['1:82 Folder'],
    ],
    [
      'lets the same be declared again in another block',
      'resource Company { permissions = ["a"]; } resource Company { permissions = ["a"]; }',
      [],
    ],
    [
      'keeps classes apart',
      'resource Company { permissions = ["a"]; } resource Folder { relations = {a: Person}; }',
      [],
    ],
  ])('%s', (_, policy, found) => {
    expect(problems('conflicting-declaration', policy)).toEqual(found)
  })
})
