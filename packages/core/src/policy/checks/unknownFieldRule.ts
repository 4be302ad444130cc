import type { Expression, StringLiteral } from '../../language/ast.js'
import type { Check, PolicyContext } from './check.js'
import { suggestion } from './suggestion.js'
import { fieldsOf } from './unknownField.js'

/** A field that `allow_field` names must be a field of the resource's model. */
export const unknownFieldRule: Check<PolicyContext> = (context) => {
  let field: { readonly variable: string | undefined; readonly model: string } | undefined
  const look = (one: StringLiteral): void => {
    const fields = field && fieldsOf(field.model, context.schema)
    if (!fields || fields.has(one.value)) return
    const hint = suggestion(one.value, fields) ?? `use one of its fields: ${[...fields].slice(0, 10).join(', ')}`
    const data = { name: one.value, model: field!.model }
    context.warning('unknown-field', `${field!.model} has no field "${one.value}".`, one.span, { hint, data })
  }
  const compare = (one: Expression, other: Expression): void => {
    if (field?.variable === undefined || one.kind !== 'variable' || one.name !== field.variable) return
    if (other.kind === 'string') look(other)
    if (other.kind === 'list') for (const element of other.elements) if (element.kind === 'string') look(element)
  }
  const compareBoth = ({ left, right }: { readonly left: Expression; readonly right: Expression }): void => {
    if (!field) return
    compare(left, right)
    compare(right, left)
  }
  return {
    rule: ({ name, parameters }) => {
      field = undefined
      if (name !== 'allow_field') return
      const resource = parameters[2]
      const named = parameters[3]
      if (resource?.pattern?.kind !== 'class pattern' || !named) return
      field = { variable: named.term.kind === 'variable' ? named.term.name : undefined, model: resource.pattern.tag }
      const literal = named.pattern ?? named.term
      if (literal.kind === 'string') look(literal)
    },
    'inline query': () => {
      field = undefined
    },
    unify: compareBoth,
    compare: compareBoth,
    in: ({ item, collection }) => compare(item, collection),
  }
}
