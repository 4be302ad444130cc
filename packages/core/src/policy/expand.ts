import type { Call, Expression, Parameter, Rule, ShorthandRule, StringLiteral, Variable } from '../language/ast.js'
import type { Span } from '../language/source.js'
import type { Declared, MergedBlock } from './blocks.js'
import { ofClass } from './ruleTypes.js'

/**
 * Expands the shorthand of blocks to rules, block by block. A shorthand rule with an undeclared
 * name expands to no rule.
 */
export function expandBlocks(blocks: ReadonlyMap<string, MergedBlock>): readonly Rule[] {
  const rules: Rule[] = []
  for (const block of blocks.values()) {
    for (const shorthand of block.shorthand) {
      const rule = expand(shorthand, block, blocks)
      if (rule) rules.push(rule)
    }
  }
  return rules
}

function expand(
  shorthand: ShorthandRule,
  block: MergedBlock,
  blocks: ReadonlyMap<string, MergedBlock>,
): Rule | undefined {
  const head = block.declared.get(shorthand.head.value)
  const body = head && bodyOf(shorthand, block, blocks)
  if (!body) return undefined
  const { span } = shorthand.head
  const { name } = block.name
  const parameters: readonly Parameter[] = [
    ofClass('actor', 'Actor', span),
    { kind: 'parameter', term: shorthand.head, pattern: undefined, span },
    ofClass(variableName(name), name, span),
  ]
  return { kind: 'rule', name: `has_${head.kind}`, parameters, body, head: span, span: shorthand.span }
}

function bodyOf(
  { implier, on }: ShorthandRule,
  block: MergedBlock,
  blocks: ReadonlyMap<string, MergedBlock>,
): Expression | undefined {
  const { span } = implier
  const own = variableName(block.name.name)
  if (!on) {
    const declared = block.declared.get(implier.value)
    return declared && call(declared.kind, 'actor', implier, own, span)
  }
  const to = block.declared.get(on.relation.value)?.to?.name
  const declared = to === undefined ? undefined : blocks.get(to)?.declared.get(implier.value)
  if (to === undefined || !declared) return undefined
  const related = `related_${variableName(to)}`
  // The relation comes first: it finds the related resource for the second call.
  const operands = [
    call('relation', related, on.relation, own, on.relation.span),
    call(declared.kind, 'actor', implier, related, span),
  ]
  return { kind: 'and', operands, span }
}

const variable = (name: string, span: Span): Variable => ({ kind: 'variable', name, span })

function call(kind: Declared['kind'], subject: string, name: StringLiteral, object: string, span: Span): Call {
  const args = [variable(subject, span), name, variable(object, span)]
  return { kind: 'call', name: `has_${kind}`, args, keywords: [], span }
}

/**
 * Returns the variable for an instance of a class: the class's name in lower case. A name in lower
 * case already is marked.
 */
function variableName(cls: string): string {
  const lower = cls.toLowerCase()
  return lower === cls ? `${lower}_instance` : lower
}
