import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RuleIndex } from './ruleIndex.js'

const rules = fc.array(fc.record({ test: fc.constantFrom(undefined, 1, '1', null, 'a') }))

test('a rule index finds what a scan finds, in the same order', () => {
  fc.assert(
    fc.property(rules, fc.array(fc.constantFrom(1, '1', null, 'a')), (all, passed) => {
      const passes = (rule: { test: unknown }) => rule.test === undefined || passed.some((one) => one === rule.test)
      const index = new RuleIndex(all, (rule) => rule.test)
      expect(index.passing(passes)).toEqual(all.filter(passes))
    }),
  )
})

test('a rule index tests rules with the same test once', () => {
  const many = Array.from({ length: 100 }, (_, at) => ({ test: at % 3 }))
  const tested: number[] = []
  new RuleIndex(many, (rule) => rule.test).passing((rule) => tested.push(rule.test) > 0)
  expect(tested).toEqual([0, 1, 2])
})
