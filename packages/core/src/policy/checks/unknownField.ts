import type { Span } from '../../language/source.js'
import type { Check, PolicyContext } from './check.js'
import { followPaths } from './followPaths.js'
import { suggestion } from './suggestion.js'

/** A field that is read from a model is one of its fields, or of a model that extends it; where the model names them all. */
export const unknownField: Check<PolicyContext> = (context) => {
  const { schema } = context
  if (![...schema.models.values()].some((model) => model.closed)) return {}
  const byModel = new Map<string, ReadonlySet<string> | undefined>()
  const fieldsOf = (model: string): ReadonlySet<string> | undefined => {
    if (!byModel.has(model)) byModel.set(model, allFields(model, context))
    return byModel.get(model)
  }
  const look = (name: string, model: string, span: Span): void => {
    const fields = fieldsOf(model)
    if (!fields || fields.has(name)) return
    const hint = suggestion(name, fields) ?? `its fields: ${[...fields].slice(0, 10).join(', ')}`
    context.warning('unknown-field', `${model} has no field "${name}".`, span, { hint, data: { name, model } })
  }
  return {
    rule: (rule) => {
      if (!context.written.has(rule)) return
      followPaths(rule, schema, {
        step: ({ member }, { model }) => {
          if (member.kind === 'string' && model !== undefined) look(member.value, model, member.span)
        },
        patternField: ({ key, span }, model) => look(key, model, span),
      })
    },
  }
}

/** The names of all fields that an instance of a model can have; undefined where nobody knows them all. */
function allFields(name: string, { schema }: PolicyContext): ReadonlySet<string> | undefined {
  const fields = new Set<string>()
  for (const one of new Set([...schema.descendants(name), ...schema.ancestors(name)])) {
    const model = schema.models.get(one)
    if (!model?.closed) {
      // Only a model that says so names all its fields; what it extends may be an ordinary class.
      if (schema.isSubclass(one, name)) return undefined
      continue
    }
    for (const field of model.fields.keys()) fields.add(field)
  }
  return fields
}
