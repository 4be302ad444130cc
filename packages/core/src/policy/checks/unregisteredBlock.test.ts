import { describe, expect, test } from 'vitest'
import { diagnosticsOf, problems } from '../testing/problems.js'

describe('unregistered-class', () => {
  test.each([
    ['names a class that nobody registered', 'resource Nobody {}', ['1:1 resource Nobody']],
    ['does not take a union for a class', 'actor Actor {}', ['1:1 actor Actor']],
    ['knows registered classes', 'actor Person {} resource Company {}', []],
  ])('%s', (_, policy, found) => {
    expect(problems('unregistered-class', policy)).toEqual(found)
  })

  test('suggests the near one', () => {
    expect(diagnosticsOf('unregistered-class', 'resource Compny {}').map((one) => one.hint)).toEqual([
      'did you mean "Company"?',
    ])
  })
})
