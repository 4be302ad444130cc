import type { ComparisonOperator, Expression } from '../../language/ast.js'
import { spanText } from '../../language/source.js'
import { haveCommonInstances } from './commonInstances.js'
import type { PathCheck } from './followPaths.js'
import { type Literal, literalsOf } from './knowledge.js'

/** Two conditions on one field must leave it a value, and a class must leave it an instance. */
export const contradiction: PathCheck = ({ schema, warning }) => ({
  goal: (goal, knowledge) => {
    const isNegated = knowledge.negated === goal
    if (knowledge.negated && !isNegated) return
    const report = (subject: Expression, what: string, hint: string): void => {
      const message = `${spanText(subject.span)} is ${what} here, so this condition never holds.`
      warning('contradiction', message, goal.span, { hint })
    }
    const check = (value: Expression, literals: Expression, operator: ComparisonOperator): void => {
      const wanted = literalsOf(literals)
      // Most goals name no literal: they need no facts.
      if (!wanted) return
      const place = knowledge.of(value)
      const known = knowledge.literals(place)
      // A literal of another type than the field's has a message of its own.
      if (place.from && wanted.some((one) => known?.some((other) => typeof one !== typeof other))) return
      const isPossible = (one: Literal): boolean => wanted.some((other) => compares(one, operator, other)) !== isNegated
      if (known && !known.some(isPossible))
        report(value, known.map((one) => JSON.stringify(one)).join(' or '), 'write `or`, or remove one of the two')
    }
    switch (goal.kind) {
      case 'unify':
      case 'compare': {
        const operator = goal.kind === 'unify' ? '==' : goal.operator
        check(goal.left, goal.right, operator)
        check(goal.right, goal.left, mirrored[operator])
        return
      }
      case 'in':
        check(goal.item, goal.collection, '==')
        return
      case 'matches': {
        const { value, pattern } = goal
        if (isNegated || pattern.kind !== 'class pattern' || !schema.models.has(pattern.tag)) return
        const { model } = knowledge.of(value)
        if (model !== undefined && !haveCommonInstances(schema, model, pattern.tag))
          report(value, `a row of ${model}`, 'name another class, or write the rule for one')
        return
      }
      default:
    }
  },
})

const mirrored: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

/** Compares two literals; those of different types by `==` and `!=` alone. */
function compares(one: Literal, operator: ComparisonOperator, other: Literal): boolean {
  if (operator === '==') return one === other
  if (operator === '!=') return one !== other
  // Other checks report what has no order.
  if (typeof one !== typeof other) return true
  if (operator === '<') return one < other
  if (operator === '<=') return one <= other
  return operator === '>' ? one > other : one >= other
}
