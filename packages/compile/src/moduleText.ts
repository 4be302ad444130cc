import {
  type Goal as Expression,
  hasCut,
  type KindName,
  type Model,
  type Policy,
  print,
  type References,
  referencesOf,
  type Schema,
  type Span,
  spanText,
} from '@arcturus/core/internal/compile'

/**
 * Writes a map of plans by resource.
 * @param resources - The resources of each text of plans. The one of most resources is for all others, too.
 */
export function plansOfActor(resources: ReadonlyMap<string, readonly KindName[]>): string {
  const [others] = [...resources.values()].sort((one, other) => other.length - one.length)
  const entries = [...resources].flatMap(([plans, kinds]) =>
    (kinds === others ? [undefined] : kinds).map((kind) => `[${JSON.stringify(kind)}, ${mapOf(plans)}],\n`),
  )
  return mapOf(`\n${entries.join('')}`)
}

function mapOf(entries: string): string {
  return `new Map([${entries}])`
}

export function writeModel(model: Model, schema: Schema): string {
  const { name } = model
  const key = schema.key(name)
  const ancestors = schema.ancestors(name).filter((one) => one !== name)
  const relatives = [...schema.models.keys()].flatMap((other) => {
    const haveKeys = other === name ? undefined : schema.commonRows(name, other)
    return haveKeys === undefined ? [] : [[other, haveKeys]]
  })
  const references = referencesIn(model, schema)
  return [
    `{ name: ${JSON.stringify(name)}, hasClass: ${model.class !== undefined}`,
    ...(key === undefined ? [] : [`key: ${JSON.stringify(key)}`]),
    ...(model.isValue ? ['isValue: true'] : []),
    ...(relatives.length === 0 ? [] : [`relatives: ${JSON.stringify(relatives)}`]),
    ...(ancestors.length === 0 ? [] : [`ancestors: ${JSON.stringify(ancestors)}`]),
    ...(schema.descendants(name).length === 1 ? [] : ['isExtended: true']),
    ...(references.length === 0 ? [] : [`references: ${JSON.stringify(references)}`]),
  ]
    .join(', ')
    .concat(' }')
}

/** Returns the references of a model whose rows are plain objects, which can be copies of rows. */
export function referencesIn({ name, class: cls, fields }: Model, schema: Schema): References {
  return cls === undefined ? referencesOf(fields.values(), schema.key(name)) : []
}

export function classOf(model: string): string {
  return `models.classOf(${JSON.stringify(model)})`
}

/** Writes a literal of the policy that JSON can't represent. */
export function writeLiteral(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  return JSON.stringify(value)
}

/** Describes a goal that needs the machine: the rule that contains it, and its position. */
export function ruleOf(
  { goal, span }: { readonly goal: { readonly expression: Expression }; readonly span: Span },
  policy: Policy,
): string {
  const { expression } = goal
  const asked = spanText(span)
  if (asked) return `${asked} (${placeOf(span)})`
  // The API's own goal has no position in the policy. It needs the machine because one of its rules
  // has a `cut`.
  const rules = (expression.kind === 'call' && policy.rules.get(expression.name)) || []
  const places = rules.filter(hasCut).map((rule) => placeOf(rule.span))
  return `${print(expression)}${places.length > 0 ? `, for the cut of the rule at ${places.join(', ')}` : ''}`
}

function placeOf(span: Span): string {
  const { line, column } = span.source.position(span.start)
  return `${span.source.name ? `${span.source.name}:` : 'line '}${line}:${column}`
}
