import type { Expression, Rule, StringLiteral } from '../../language/ast.js'
import { type Span, spanText } from '../../language/source.js'
import type { Schema } from '../../schema/schema.js'
import type { PolicyContext, RuleCheck } from './check.js'
import type { PathCheck } from './followPaths.js'
import type { Union } from './knowledge.js'
import { comparedTexts, requiredText } from './required.js'
import { suggestion } from './suggestion.js'

/**
 * A field that is read from a model must be declared by the model, by one that it extends, or by
 * one that extends it. Only models that declare all their fields are checked. A union has a field if each of its
 * classes has it.
 */
export const unknownField: PathCheck = (context) => {
  const { models, context: names } = context.schema
  if (names.fields.size === 0 && ![...models.values()].some((model) => model.closed)) return undefined
  const byModel = new Map<string, ReadonlySet<string> | undefined>()
  const fieldsIn = (model: string): ReadonlySet<string> | undefined => {
    if (!byModel.has(model)) byModel.set(model, fieldsOf(model, context.schema))
    return byModel.get(model)
  }
  let rule: Rule
  const lookInUnion = ({ value: name, span }: StringLiteral, union: Union): void => {
    const members = membersFor(rule, union, context)
    const without = members.filter((one) => fieldsIn(one)?.has(name) === false)
    const [model] = without
    if (model === undefined) return
    const others = members.filter((one) => !without.includes(one))
    const message = `There is no field "${name}" in ${listOf(without)}, which ${union} includes.`
    const hint =
      suggestion(name, new Set(members.flatMap((one) => [...(fieldsIn(one) ?? [])]))) ??
      `name the class that is meant${others.length > 0 ? `, such as ${others[0]}` : ''}`
    context.warning('unknown-field', message, span, { hint, data: { name, model } })
  }
  const look = (name: string, model: string, span: Span): void =>
    reportField(name, model, fieldsIn(model), span, context)
  const reportList = (list: Expression, { value, span }: StringLiteral, model: string): void => {
    if (value === 'length') return
    const text = spanText(list.span)
    context.warning('unknown-field', `${text} is a list of rows of ${model}, and has no field "${value}".`, span, {
      hint: `read it of an element: one in ${text} and one.${value} = …`,
      data: { name: value, model },
    })
  }
  return {
    rule: (one) => {
      rule = one
    },
    step: ({ object, member }, knowledge) => {
      if (member.kind !== 'string') return
      const { model, from, facts } = knowledge.of(object)
      if (model !== undefined) look(member.value, model, member.span)
      else if (from?.field.kind === 'relation' && from.field.many) reportList(object, member, from.field.model)
      else if (facts.union) lookInUnion(member, facts.union)
    },
    patternField: ({ key, span }, model) => look(key, model, span),
  }
}

/** Reports a name that is no field of a model. @param fields - Those of the model; undefined if not all are known. */
function reportField(
  name: string,
  model: string,
  fields: ReadonlySet<string> | undefined,
  span: Span,
  { warning }: PolicyContext,
): void {
  if (!fields || fields.has(name)) return
  const hint = suggestion(name, fields) ?? `use one of its fields: ${[...fields].slice(0, 10).join(', ')}`
  warning('unknown-field', `${model} has no field "${name}".`, span, { hint, data: { name, model } })
}

const listOf = (names: readonly string[]): string => names.join(', ').replace(/, ([^,]*)$/, ' and $1')

/**
 * Returns the classes of a union that a rule can be asked about: of a role or a permission, those whose blocks declare
 * it. Those of other rules depend on their callers.
 */
function membersFor({ name, parameters }: Rule, union: Union, { blocks, unions }: PolicyContext): readonly string[] {
  const members = [...unions[union]]
  if (/^allow(?:_field|_link|_update)?$/.test(name)) return members
  if (name !== 'has_role' && name !== 'has_permission') return []
  if (union === 'Actor') return members
  const text = requiredText(parameters[1])
  return members.filter((member) =>
    [...(blocks.get(member)?.declared.values() ?? [])].some(
      (one) => name === `has_${one.kind}` && (!text || one.name === text.value),
    ),
  )
}

/**
 * Returns the names of all fields that an instance of a model can have; undefined if they are not
 * all known.
 */
function fieldsOf(name: string, schema: Schema): ReadonlySet<string> | undefined {
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
