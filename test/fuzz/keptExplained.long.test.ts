import { expect, test } from 'vitest'
import { fuzzExplained } from './explained/explained.js'

/** Random cases whose explanations were wrong once. */
test.each([
  ['a new element of a list of texts', 7_716_005, 73],
  ['two fields that have to be equal to a third value', 7_716_007, 122],
  ['tests of the row that a change leads to', 7_812_001, 65],
  ['a change of a relation that another way tests', 7_812_001, 1197],
  ['a row that has to be a certain one where any would do', 7_812_001, 1473],
  ['a column and the relation that it decides', 7_812_001, 2578],
  ['the other fields of a row that a test demands', 7_812_001, 3055],
  ['a proof over copies of rows that have no model before they are read', 7_812_001, 491],
  ['a call that leads back to itself by a copy without a model', 7_812_001, 2323],
  ['the rest of a rule within another rest of it', 7_812_001, 4768],
  ['a change that only another one needs, which is not needed', 7_812_001, 3710],
  ['a new row that needs the key of one that exists', 7_812_001, 4016],
  ['a field of a row that other changes lead away from', 7_831_001, 1340],
  ['a row that several lists of copies hold', 7_831_001, 2122],
  ['a proof by copies of a row without a key', 7_831_001, 3906],
  ['a row that may be of a subclass', 7_841_001, 1128],
  ['a new row with the key of one that a list holds', 7_841_001, 4189],
  ['a part of a set that only a predicate can try', 7_841_001, 1533],
  ['an element that another change makes', 7_851_001, 510],
  ['a field that is never nil', 7_851_001, 945],
  ['a relation that is never nil', 7_861_001, 356],
  ['changes of data that a leaf of the machine reads', 7_716_006, 34],
])('explains %s', (_, ofCases, from) => {
  const { failures } = fuzzExplained({ seed: ofCases, cases: 1, from })
  expect(failures, failures.join('\n\n')).toHaveLength(0)
})
