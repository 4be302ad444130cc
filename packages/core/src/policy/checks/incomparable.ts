import { spanText } from '../../language/source.js'
import { comparability } from '../../schema/comparability.js'
import type { PathCheck } from './followPaths.js'
import { a, kindOf } from './neverEqual.js'

/** Smaller numbers, as milliseconds since 1970, are in 1970 or before: years, days or seconds were meant. */
const leastTime = 365 * 24 * 60 * 60 * 1000

/**
 * Ordered values must be of one type: a text is ordered among texts, and lists and rows have no order. A date is compared
 * with a number by its milliseconds since 1970, so `signedAt > 2020` always holds. Arithmetic needs numbers.
 */
export const incomparable: PathCheck = ({ schema, warning }) => ({
  arithmetic: (node, knowledge) => {
    for (const operand of [node.left, node.right]) {
      const kind = kindOf(operand, knowledge, schema)
      if (!kind || kind.family === 'number') continue
      const text = spanText(operand.span)
      warning('incomparable', `${text} is ${a(kind)}: arithmetic needs numbers.`, operand.span, {
        hint: 'compute it in the application: register a constant, or add a field',
        data: { text },
      })
    }
  },
  goal: (goal, knowledge) => {
    if (goal.kind !== 'compare' || goal.operator === '==' || goal.operator === '!=') return
    const left = kindOf(goal.left, knowledge, schema)
    const right = left && kindOf(goal.right, knowledge, schema)
    if (!left || !right) return
    const families = [left.family, right.family]
    const isError = families.includes('row') || comparability(goal.operator, left.family, right.family) === 'never'
    const isDate = families.includes('date')
    const isTime = [goal.left, goal.right].some((node) => node.kind === 'number' && node.value >= leastTime)
    if (!isError && !(isDate && families.includes('number') && !isTime)) return
    const [one, other] = [spanText(goal.left.span), spanText(goal.right.span)]
    const result = isError
      ? `comparing them with \`${goal.operator}\` is an error`
      : 'the number counts milliseconds since 1970'
    const message = `${one} is ${a(left)} and ${other} ${a(right)}: ${result}.`
    const hint = isDate
      ? 'compare it with a date: register a constant whose field returns one'
      : 'compare values of one type'
    warning('incomparable', message, goal.span, { hint, data: { left: one, right: other } })
  },
})
