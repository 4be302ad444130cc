import type { Expression, Pattern } from '../../language/ast.js'
import type { Field } from '../../schema/model.js'
import type { PathCheck } from './followPaths.js'
import type { Knowledge } from './knowledge.js'
import { suggestion } from './suggestion.js'

/** A text that is compared with an enum column must be one of its values. */
export const unknownValue: PathCheck = ({ schema, warning }) => {
  const all = schema.types().flatMap(({ fields }) => [...fields.values()])
  if (!all.some((field) => valuesOf(field) !== undefined)) return undefined

  const look = (field: Field | undefined, value: Expression | Pattern, ofElements = false): void => {
    const values = field && valuesOf(field)
    if (!values || (field?.kind === 'scalar' && field.list !== ofElements)) return
    if (value.kind === 'list') for (const element of value.elements) look(field, element, ofElements)
    if (value.kind !== 'string' || values.includes(value.value)) return
    const { name } = field!
    const hint = suggestion(value.value, values) ?? `use one of its values: ${values.slice(0, 10).join(', ')}`
    const message = `"${value.value}" is not a value of the enum ${name}.`
    warning('unknown-value', message, value.span, { hint, data: { name: value.value, field: name } })
  }
  const fieldOf = (node: Expression, knowledge: Knowledge): Field | undefined => knowledge.of(node).from?.field
  return {
    goal: (goal, knowledge) => {
      switch (goal.kind) {
        case 'unify':
        case 'compare':
          look(fieldOf(goal.left, knowledge), goal.right)
          look(fieldOf(goal.right, knowledge), goal.left)
          return
        case 'in':
          look(fieldOf(goal.item, knowledge), goal.collection)
          look(fieldOf(goal.collection, knowledge), goal.item, true)
          return
        case 'matches':
          look(fieldOf(goal.value, knowledge), goal.pattern)
          return
        default:
      }
    },
    patternField: ({ key, value }, model) => look(schema.field(model, key), value),
  }
}

function valuesOf(field: Field): readonly string[] | undefined {
  return field.kind === 'scalar' && Object.hasOwn(field, 'values') ? field.values : undefined
}
