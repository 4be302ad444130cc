import { type Expression, effectiveConditions } from '@arcturus/core/internal/language-service'
import type { Hover } from 'vscode-languageserver-types'
import type { Analysis } from './analysis.js'
import { describeField, headOf, lineOf } from './describe.js'
import { type PolicyDocument, rangeOf } from './document.js'
import { occurrenceAt } from './navigation.js'
import type { Occurrence } from './occurrences.js'

/** How many fields, cases and conditions a hover shows. */
const MANY = 12
/** The longest condition that is shown. */
const LONGEST = 600

/** Returns what is known of the name at an offset. */
export function hover(document: PolicyDocument, offset: number, analysis: Analysis): Hover | undefined {
  const found = occurrenceAt(document, offset, analysis)
  if (!found) return undefined
  const lines = textOf(found, document, analysis)
  const range = rangeOf(found.span)
  return lines.length === 0 || !range ? undefined : { contents: { kind: 'markdown', value: lines.join('\n') }, range }
}

function textOf(found: Occurrence, document: PolicyDocument, analysis: Analysis): readonly string[] {
  const { kind, name, model } = found
  switch (kind) {
    case 'variable':
      return variableText(found, document, analysis)
    case 'field': {
      const field = model === undefined ? undefined : analysis.schema.field(model, name)
      return field ? code([`${model}.${name}: ${describeField(field)}`]) : []
    }
    case 'model':
      return modelText(name, analysis)
    case 'rule':
      return ruleText(name, analysis)
    case 'term':
      return termText(found, analysis)
  }
}

const code = (lines: readonly string[]): readonly string[] => ['```polar', ...lines, '```']

function some(lines: readonly string[]): readonly string[] {
  return lines.length > MANY ? [...lines.slice(0, MANY), `# and ${lines.length - MANY} more`] : lines
}

function variableText({ name, span }: Occurrence, document: PolicyDocument, analysis: Analysis): readonly string[] {
  const statement = document.pieces.find(({ source }) => source === span.source)?.statement
  const variable: Expression = { kind: 'variable', name, span }
  const known = statement && analysis.facts(statement, span.start, (knowledge) => knowledge.of(variable), true)
  if (!known) return []
  const { model, from, path } = known
  const field = from && `${from.model}.${from.field.name}: ${describeField(from.field)}`
  const cls = model ?? (from ? describeField(from.field) : undefined)
  return [
    ...code([cls === undefined ? name : `${name}: ${cls}`]),
    ...(field ? [`From \`${field}\``] : []),
    ...(path !== undefined && path !== name && !field ? [`Equals \`${path}\``] : []),
    ...(cls === undefined ? ['No class is known here.'] : []),
  ]
}

function modelText(name: string, { schema, blocks }: Analysis): readonly string[] {
  const fields = schema.models.has(name) ? schema.fields(name) : []
  const block = blocks.get(name)
  const declared = [...(block?.declared.values() ?? [])]
  const names = (kind: string): readonly string[] => {
    const own = declared.filter((one) => one.kind === kind).map((one) => `"${one.name}"`)
    return own.length > 0 ? [`# ${kind}s: ${own.join(', ')}`] : []
  }
  return code([
    `${block ? `${block.keyword} ` : ''}${name}`,
    ...(['role', 'permission', 'relation'] as const).flatMap(names),
    ...some(fields.map((field) => `${field.name}: ${describeField(field)}`)),
  ])
}

function ruleText(name: string, { rules }: Analysis): readonly string[] {
  const cases = rules.get(name)
  if (!cases) return []
  return code(
    some(cases.map((rule) => `${headOf(rule)}${rule.body ? ` if ${shortened(lineOf(rule.body.span))}` : ''}`)),
  )
}

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

function termText({ name, model, term }: Occurrence, analysis: Analysis): readonly string[] {
  const owners = [...analysis.blocks.values()].filter(
    ({ name: cls, declared }) =>
      declared.has(name) && (model === undefined || cls.name === model || analysis.schema.isSubclass(model, cls.name)),
  )
  const kind = term ?? owners[0]?.declared.get(name)?.kind
  const lines = owners.map(({ name: cls, declared }) => {
    const to = declared.get(name)?.to?.name
    return `${declared.get(name)!.kind} "${name}" of ${cls.name}${to === undefined ? '' : `: ${to}`}`
  })
  const head = lines.length > 0 ? code(some(lines)) : []
  const cls = model ?? (owners.length === 1 ? owners[0]!.name.name : undefined)
  if (kind !== 'permission' || cls === undefined || !analysis.policy) return head
  const conditions = effectiveConditions(analysis.policy, analysis.schema, name, cls)
  const texts = conditions.map(({ actor, text }) =>
    text === 'true'
      ? `- Every ${actor} may.`
      : text === 'false'
        ? `- No ${actor} may.`
        : `- A ${actor} may if \`${shortened(text)}\``,
  )
  return [...head, ...(texts.length > 0 ? ['', `**${name}** a ${cls}:`, '', ...some(texts)] : [])]
}
