import type { ComparisonOperator, Expression } from '../../language/ast.js'
import { spanText } from '../../language/source.js'
import { mirrored, opposites } from '../../values/order.js'
import { haveCommonInstances } from './commonInstances.js'
import type { PathCheck } from './followPaths.js'
import { type Comparison, type Literal, literalsOf } from './knowledge.js'

/**
 * Two conditions on one field must leave it a value, and a class must leave it an instance. For example,
 * `pages < 3 and pages > 5` leaves none.
 */
export const contradiction: PathCheck = ({ schema, warning }) => ({
  goal: (goal, knowledge) => {
    const isNegated = knowledge.negated === goal
    if (knowledge.negated && !isNegated) return
    const report = (subject: Expression, what: string, hint: string): void => {
      const message = `${spanText(subject.span)} is ${what} here, so this condition never holds.`
      warning('contradiction', message, goal.span, { hint })
    }
    const check = (value: Expression, expression: Expression, written: ComparisonOperator): void => {
      const literals = literalsOf(expression)
      // Most goals name no literal: they need no facts.
      const place = literals && knowledge.of(value)
      if (!literals || !place) return
      const wanted = { operator: isNegated ? inverse[written] : written, literals }
      const known = knowledge.comparisons(place).find((one) => exclude(one, wanted))
      // A literal of another type than the field's has a message of its own.
      if (!known || (place.from && !haveOneType([...known.literals, ...literals]))) return
      report(value, wordsOf(known), 'write `or`, or remove one of the two')
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
        const { model } = knowledge.of(value)
        if (isNegated || model === undefined || pattern.kind !== 'class pattern' || !schema.models.has(pattern.tag))
          return
        if (!haveCommonInstances(schema, model, pattern.tag))
          report(value, `a row of ${model}`, 'name another class, or write the rule for one')
        return
      }
      default:
    }
  },
})

const inverse = { ...opposites, '!=': '==' } as const

/** Returns whether no value can meet two comparisons. */
function exclude(one: Comparison, other: Comparison): boolean {
  if (one.operator === '==') return !one.literals.some((value) => allows(other, value))
  if (other.operator === '==') return exclude(other, one)
  const [below, above] = one.operator.startsWith('<') ? [one, other] : [other, one]
  if (!below.operator.startsWith('<') || !above.operator.startsWith('>')) return false
  const [end, start] = [below.literals[0]!, above.literals[0]!]
  if (typeof end !== typeof start) return false
  return end < start || (end === start && (below.operator === '<' || above.operator === '>'))
}

function allows({ operator, literals }: Comparison, value: Literal): boolean {
  if (operator === '!=') return !literals.includes(value)
  return literals.some((literal) => {
    if (operator === '==') return value === literal
    // Other checks report what has no order.
    if (typeof value !== typeof literal) return true
    if (operator === '<') return value < literal
    if (operator === '<=') return value <= literal
    return operator === '>' ? value > literal : value >= literal
  })
}

const haveOneType = ([first, ...others]: readonly Literal[]): boolean =>
  others.every((one) => typeof one === typeof first)

function wordsOf({ operator, literals }: Comparison): string {
  return (
    words[operator] + literals.map((one) => (typeof one === 'string' ? JSON.stringify(one) : String(one))).join(' or ')
  )
}

const words: Readonly<Record<ComparisonOperator, string>> = {
  '==': '',
  '!=': 'not ',
  '<': 'less than ',
  '<=': 'at most ',
  '>': 'greater than ',
  '>=': 'at least ',
}
