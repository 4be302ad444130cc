import type { ShorthandRule, StringLiteral } from '../../language/ast.js'
import type { Declared, MergedBlock } from '../blocks.js'
import type { BlockContext, Check } from './check.js'
import { nearest, suggestion } from './suggestion.js'

/**
 * The terms of a shorthand rule must be declared in its block; over a relation, the last one in the block that the relation
 * leads to.
 */
export const shorthandRules: Check<BlockContext> = (context) => {
  let block: MergedBlock | undefined
  return {
    'resource block': ({ name }) => {
      block = context.blocks.get(name.name)
    },
    'shorthand rule': (rule) => {
      if (!block) return
      const { head, implier, on } = rule
      reportUndeclared(head, block, context)
      if (!on) return reportUndeclared(implier, block, context)
      reportKeyword(on, context)
      reportUndeclared(on.relation, block, context)
      reportRelated(implier, on, block, context)
    },
  }
}

type Over = NonNullable<ShorthandRule['on']>

function reportKeyword({ keyword: { name, span } }: Over, { error }: BlockContext): void {
  if (name === 'on') return
  const message = `Expected "on" before the relation of a shorthand rule, found "${name}".`
  error('relation-keyword', message, span, { hint: 'did you mean "on"?', data: { found: name } })
}

/** Reports a term of a shorthand rule that its block does not declare. */
function reportUndeclared({ value, span }: StringLiteral, block: MergedBlock, context: BlockContext): void {
  const { declared } = block
  if (declared.has(value) || reportDeclaration(value, block, context)) return
  const { name } = block.name
  context.error('undeclared-term', `"${value}" is not a role, permission or relation of ${name}.`, span, {
    hint: suggestion(value, declared.keys()) ?? `declare it in the block of ${name}`,
    data: { term: value, class: name },
  })
}

/** Reports a term after `on` that is not a relation, and a term that the related block does not declare. */
function reportRelated(term: StringLiteral, { relation }: Over, block: MergedBlock, context: BlockContext): void {
  const { error } = context
  const { name: cls } = block.name
  const declared = block.declared.get(relation.value)
  if (!declared) return
  const { kind, to } = declared
  if (!to) {
    const message = `"${relation.value}" is a ${kind} of ${cls}, not a relation.`
    error('not-a-relation', message, relation.span, { data: { term: relation.value, kind } })
    return
  }
  const data = { class: cls, relation: relation.value, to: to.name, term: term.value }
  const related = context.blocks.get(to.name)
  if (!related) {
    // A class that is not registered has an error of its own.
    if (!context.schema.isName(to.name)) return
    const message = `The relation "${relation.value}" leads to ${to.name}, which has no block to declare "${term.value}".`
    error('missing-related-block', message, to.span, { hint: `declare it: resource ${to.name} {}`, data })
    return
  }
  if (related.declared.has(term.value) || reportDeclaration(term.value, related, context)) return
  const message = `"${term.value}" is not a role, permission or relation of ${to.name}, the class of the relation "${relation.value}".`
  error('undeclared-related-term', message, term.span, {
    hint: suggestion(term.value, related.declared.keys()) ?? `declare it in the block of ${to.name}`,
    data,
  })
}

/**
 * Reports the declaration that a term nearly names, if the declaration of a role or a permission is the misspelt one:
 * no rule uses its name, and several rules use the term, or another block declares it.
 * @returns whether it is.
 */
function reportDeclaration(term: string, { name: { name }, declared }: MergedBlock, context: BlockContext): boolean {
  if (context.isForOso) return false
  const uses = usesIn(context.blocks).get(name)
  const isField = (one: string): boolean => context.schema.field(name, one)?.kind === 'relation'
  // A rule outside of the block has the name of a relation too: the model decides.
  const isOther = (one: Declared): boolean =>
    one.kind === 'relation' ? isField(term) && !isField(one.name) : !uses?.has(one.name)
  const near = nearest(
    term,
    [...declared.values()].flatMap((one) => (isOther(one) ? one.name : [])),
  )
  const isMeant = (): boolean =>
    (uses?.get(term) ?? 0) > 1 ||
    isField(term) ||
    [...context.blocks.values()].some((block) => block.declared.has(term))
  if (near === undefined || !isMeant()) return false
  const { kind, span } = declared.get(near)!
  context.error('undeclared-term', `${name} declares the ${kind} "${near}", but rules use "${term}".`, span, {
    hint: `did you mean "${term}"?`,
    data: { term, class: name },
  })
  return true
}

/** How often shorthand rules use each term, by class. */
type Uses = ReadonlyMap<string, ReadonlyMap<string, number>>
const known = new WeakMap<BlockContext['blocks'], Uses>()

/** Returns how often shorthand rules use each term, by class. */
export function usesIn(blocks: BlockContext['blocks']): Uses {
  const before = known.get(blocks)
  if (before) return before
  const uses = new Map<string, Map<string, number>>()
  const add = (cls: string, { value }: StringLiteral): void => {
    const counts = uses.get(cls) ?? new Map<string, number>()
    uses.set(cls, counts.set(value, (counts.get(value) ?? 0) + 1))
  }
  for (const [cls, { declared, shorthand }] of blocks) {
    for (const { head, implier, on } of shorthand) {
      add(cls, head)
      if (on) add(cls, on.relation)
      const to = on ? declared.get(on.relation.value)?.to?.name : cls
      if (to !== undefined) add(to, implier)
    }
  }
  known.set(blocks, uses)
  return uses
}
