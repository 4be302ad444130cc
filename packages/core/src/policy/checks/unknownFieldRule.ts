import type { StringLiteral } from '../../language/ast.js'
import type { PolicyCheck } from './check.js'
import { comparedTexts } from './comparedTexts.js'
import { suggestion } from './suggestion.js'
import { fieldsOf } from './unknownField.js'

/** A field that `allow_field` names must be a field of the resource's model. */
export const unknownFieldRule: PolicyCheck = (context) => {
  const look = (one: StringLiteral, model: string): void => {
    const fields = fieldsOf(model, context.schema)
    if (!fields || fields.has(one.value)) return
    const hint = suggestion(one.value, fields) ?? `use one of its fields: ${[...fields].slice(0, 10).join(', ')}`
    const data = { name: one.value, model }
    context.warning('unknown-field', `${model} has no field "${one.value}".`, one.span, { hint, data })
  }
  return {
    rule: (rule) => {
      if (rule.name !== 'allow_field') return
      const [, , resource, field] = rule.parameters
      if (resource?.pattern?.kind !== 'class pattern' || !field) return
      const { tag } = resource.pattern
      const literal = field.pattern ?? field.term
      if (literal.kind === 'string') look(literal, tag)
      if (field.term.kind === 'variable') for (const one of comparedTexts(field.term.name, rule)) look(one, tag)
    },
  }
}
