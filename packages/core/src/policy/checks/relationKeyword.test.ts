import { describe, expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

describe('relation-keyword', () => {
  test.each([
    [
      'points at another word',
      'resource Company { roles = ["a"]; relations = {c: Company}; "a" if "a" onn "c"; }',
      ['1:72 onn'],
    ],
  ])('%s', (_, policy, found) => {
    expect(problems('relation-keyword', policy)).toEqual(found)
  })
})
