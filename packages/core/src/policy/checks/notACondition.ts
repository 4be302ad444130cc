import { spanText } from '../../language/source.js'
import { scalarFamilies } from '../../schema/families.js'
import type { PathCheck } from './followPaths.js'
import { declaresFields } from './knowledge.js'

/** A field alone is a condition only if it is a boolean. */
export const notACondition: PathCheck = ({ schema, warning }) => {
  if (!declaresFields(schema)) return undefined
  return {
    goal: (goal, knowledge) => {
      if (goal.kind !== 'dot' && goal.kind !== 'variable') return
      const { from, model } = knowledge.of(goal)
      const field = from?.field
      const family = field?.kind === 'scalar' && !field.list ? scalarFamilies[field.type] : undefined
      const what =
        field?.kind === 'scalar' && field.list
          ? 'a list'
          : field?.kind === 'relation' && field.many
            ? 'a list of rows'
            : ((family && (family === 'bytes' ? 'bytes' : `a ${family}`)) ??
              (model !== undefined && (goal.kind === 'variable' || field) ? `a row of ${model}` : undefined))
      if (what === undefined || family === 'boolean') return
      const text = spanText(goal.span)
      warning('not-a-condition', `${text} is ${what}, and no condition.`, goal.span, {
        hint: field?.nullable ? `to ask whether there is one, write: ${text} != nil` : 'compare it with a value',
        data: { text },
      })
    },
  }
}
