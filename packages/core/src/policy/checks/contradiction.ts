import type { Expression } from '../../language/ast.js'
import { spanText } from '../../language/source.js'
import type { PathCheck } from './followPaths.js'
import { literalsOf } from './knowledge.js'

/** Two conditions on one field must leave it a value. */
export const contradiction: PathCheck = ({ warning }) => ({
  goal: (goal, knowledge) => {
    if (knowledge.isNegated) return
    const check = (value: Expression, literals: Expression): void => {
      const wanted = literalsOf(literals)
      const known = wanted && knowledge.literals(knowledge.of(value))
      if (!known || wanted.some((one) => known.includes(one))) return
      const message = `${spanText(value.span)} is ${known.map((one) => JSON.stringify(one)).join(' or ')} here, so this condition never holds.`
      warning('contradiction', message, goal.span, { hint: 'write `or`, or remove one of the two' })
    }
    if (goal.kind === 'unify' || (goal.kind === 'compare' && goal.operator === '==')) {
      check(goal.left, goal.right)
      check(goal.right, goal.left)
    } else if (goal.kind === 'in') check(goal.item, goal.collection)
  },
})
