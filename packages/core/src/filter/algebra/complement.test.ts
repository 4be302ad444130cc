import { expect, test } from 'vitest'
import type { Compare, CompareOperator, Operand } from '../../condition/condition.js'
import { unknownType } from '../../condition/type.js'
import { Source } from '../../language/source.js'
import { createSchema } from '../../values/builtIns.js'
import { matches } from '../matches.js'
import { complement } from './complement.js'

const span = { source: new Source(''), start: 0, end: 0 }
const views: Operand = {
  kind: 'path',
  root: { kind: 'resource', name: 'page', model: undefined, type: unknownType },
  steps: [{ name: 'views', model: undefined, span }],
}
const nil: Operand = { kind: 'value', value: null }

test.each<[CompareOperator, left: Operand, right: Operand]>([
  ['<', nil, views],
  ['>=', views, nil],
  ['=', views, nil],
  ['!=', nil, views],
])('the complement of a comparison by %s with nil is true for the other rows', (operator, left, right) => {
  const condition: Compare = { kind: 'compare', operator, left, right, span }
  const others = complement(createSchema(), condition)
  for (const row of [{ views: 1 }, { views: null }]) expect(matches(others, row)).toBe(!matches(condition, row))
})
