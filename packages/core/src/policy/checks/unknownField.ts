import type { Expression, StringLiteral } from '../../language/ast.js'
import { type Span, spanText } from '../../language/source.js'
import type { Schema } from '../../schema/schema.js'
import type { PathCheck } from './followPaths.js'
import { suggestion } from './suggestion.js'

/**
 * A field that is read from a model must be declared by the model, by one that it extends, or by
 * one that extends it. Only models that declare all their fields are checked.
 */
export const unknownField: PathCheck = (context) => {
  const { models, context: names } = context.schema
  if (names.fields.size === 0 && ![...models.values()].some((model) => model.closed)) return undefined
  const byModel = new Map<string, ReadonlySet<string> | undefined>()
  const look = (name: string, model: string, span: Span): void => {
    if (!byModel.has(model)) byModel.set(model, fieldsOf(model, context.schema))
    const fields = byModel.get(model)
    if (!fields || fields.has(name)) return
    const hint = suggestion(name, fields) ?? `use one of its fields: ${[...fields].slice(0, 10).join(', ')}`
    context.warning('unknown-field', `${model} has no field "${name}".`, span, { hint, data: { name, model } })
  }
  const reportList = (list: Expression, { value, span }: StringLiteral, model: string): void => {
    const text = spanText(list.span)
    context.warning('unknown-field', `${text} is a list of rows of ${model}, and has no field "${value}".`, span, {
      hint: `read it of an element: one in ${text} and one.${value} = …`,
      data: { name: value, model },
    })
  }
  return {
    step: ({ object, member }, knowledge) => {
      if (member.kind !== 'string') return
      const { model, from } = knowledge.of(object)
      if (model !== undefined) look(member.value, model, member.span)
      else if (from?.field.kind === 'relation' && from.field.many) reportList(object, member, from.field.model)
    },
    patternField: ({ key, span }, model) => look(key, model, span),
  }
}

/**
 * Returns the names of all fields that an instance of a model can have; undefined if they are not
 * all known.
 */
export function fieldsOf(name: string, schema: Schema): ReadonlySet<string> | undefined {
  const fields = new Set<string>()
  for (const one of schema.descendants(name)) {
    const model = schema.typeNamed(one)
    if (!model?.closed) return undefined
    for (const field of model.fields.keys()) fields.add(field)
  }
  // Inherited fields count too, whichever class declares them.
  for (const one of schema.ancestors(name))
    for (const field of schema.models.get(one)?.fields.keys() ?? []) fields.add(field)
  return fields
}
