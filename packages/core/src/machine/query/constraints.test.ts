import { expect, it } from 'vitest'
import { Dict } from '../../values/dict.js'
import { Expression, Pattern, type PolarOperator, Variable } from '../index.js'
import { ask } from '../testing/ask.js'

class Person {}
const it_ = new Variable('_this')
const e = (operator: PolarOperator, ...args: unknown[]) => new Expression(operator, args)

it.each([
  ['x > 1', '', e('Gt', it_, 1)],
  ['f(x)', 'f(x) if not x = 1;', e('Neq', it_, 1)],
  ['f(x)', 'f(x) if x.a.b = 1;', e('Unify', 1, e('Dot', e('Dot', it_, 'a'), 'b'))],
  ['f(x)', 'f(x) if 1 in x.items;', e('In', 1, e('Dot', it_, 'items'))],
  ['f(x)', 'f(x) if x.a = x.b;', e('Unify', e('Dot', it_, 'b'), e('Dot', it_, 'a'))],
  ['f(x)', 'f(x) if x + 1 = 2;', e('Add', it_, 1, 2)],
  [
    'f(x)',
    'f(_: Person{age: 1});',
    e('Isa', it_, new Pattern({ tag: 'Person', fields: new Dict() })),
    e('Unify', e('Dot', it_, 'age'), 1),
  ],
])('%s  %s leaves constraints', (query, policy, ...parts) => {
  const world = { policy, classes: { Person }, acceptExpression: true }
  expect(ask(query, world)).toEqual([{ x: new Expression('And', parts) }])
})

it('a variable that is only in a list may be constrained as well', () => {
  expect(() => ask('x = [y] and y > 1')).toThrow(expect.objectContaining({ code: 'unbound-variable' }))
})
