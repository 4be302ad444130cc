import { describe, expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

describe('block-keyword', () => {
  test.each([
    ['misses the word', 'Company {}', ['1:1 Company']],
    ['does not know the word', 'group Company {}', ['1:1 group']],
    ['knows the two', 'actor Person {} resource Company {}', []],
  ])('%s', (_, policy, found) => {
    expect(problems('block-keyword', policy)).toEqual(found)
  })
})
