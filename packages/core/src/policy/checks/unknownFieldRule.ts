import type { StringLiteral } from '../../language/ast.js'
import type { RuleCheck } from './check.js'
import { comparedTexts } from './comparedTexts.js'
import { requiredText } from './required.js'
import { fieldsOf, reportField } from './unknownField.js'

/** The rules that name a field of a row, with the places of both. */
const places: ReadonlyMap<string, readonly [row: number, field: number]> = new Map([
  ['allow_field', [2, 3]],
  ['allow_link', [1, 2]],
])

/** A field that `allow_field` or `allow_link` names must be a field of the row's model. */
export const unknownFieldRule: RuleCheck = (context) => {
  const look = ({ value, span }: StringLiteral, model: string): void =>
    reportField(value, model, fieldsOf(model, context.schema), span, context)
  return {
    rule: (rule) => {
      const place = places.get(rule.name)
      if (!place) return
      const [resource, field] = place.map((at) => rule.parameters[at])
      if (resource?.pattern?.kind !== 'class pattern' || !field) return
      const { tag } = resource.pattern
      const literal = requiredText(field)
      if (literal) look(literal, tag)
      if (field.term.kind === 'variable') for (const one of comparedTexts(field.term.name, rule)) look(one, tag)
    },
  }
}
