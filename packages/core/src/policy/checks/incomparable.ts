import type { Expression } from '../../language/ast.js'
import { spanText } from '../../language/source.js'
import { type Family, scalarFamilies } from '../../schema/families.js'
import type { PathCheck } from './followPaths.js'
import { declaresFields, type Knowledge } from './knowledge.js'

/** Smaller numbers, as milliseconds since 1970, are in 1970 or before: years, days or seconds were meant. */
const leastTime = 365 * 24 * 60 * 60 * 1000

/**
 * A text is ordered among texts only, so comparing it by `<` with a number or a date is an error. A date is compared
 * with a number by its milliseconds since 1970, so `signedAt > 2020` always holds.
 */
export const incomparable: PathCheck = ({ schema, warning }) => {
  const hasFields = declaresFields(schema)
  return {
    goal: (goal, knowledge) => {
      if (goal.kind !== 'compare' || goal.operator === '==' || goal.operator === '!=') return
      const left = familyOf(goal.left, hasFields ? knowledge : undefined)
      const right = left && familyOf(goal.right, hasFields ? knowledge : undefined)
      if (!left || !right) return
      const isText = (left === 'text') !== (right === 'text')
      if (!isText && !(left === 'date' && isNoTime(goal.right)) && !(right === 'date' && isNoTime(goal.left))) return
      const [one, other] = [spanText(goal.left.span), spanText(goal.right.span)]
      const result = isText
        ? `comparing them with \`${goal.operator}\` is an error`
        : 'the number counts milliseconds since 1970'
      const message = `${one} is a ${left} and ${other} a ${right}: ${result}.`
      const hint =
        left === 'date' || right === 'date'
          ? 'compare it with a date: register a constant whose field returns one'
          : 'compare values of one type'
      warning('incomparable', message, goal.span, { hint, data: { left: one, right: other } })
    },
  }
}

const isNoTime = (node: Expression): boolean => node.kind === 'number' && node.value < leastTime

function familyOf(node: Expression, knowledge: Knowledge | undefined): Family | undefined {
  switch (node.kind) {
    case 'string':
      return 'text'
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    default: {
      const field = knowledge?.of(node).from?.field
      return field?.kind === 'scalar' && !field.list ? scalarFamilies[field.type] : undefined
    }
  }
}
