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
