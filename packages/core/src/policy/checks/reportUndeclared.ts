import type { StringLiteral } from '../../language/ast.js'
import type { Declared, MergedBlock } from '../blocks.js'
import type { BlockContext } from './check.js'
import { nearest, suggestion } from './suggestion.js'

/** Reports a term of a shorthand rule that its block does not declare. */
export function reportUndeclared(term: StringLiteral, block: MergedBlock, context: BlockContext): void {
  const { name } = block.name
  if (reportDeclaration(term.value, block, context)) return
  const message = `"${term.value}" is not a role, permission or relation of ${name}.`
  context.error('undeclared-term', message, term.span, {
    hint: suggestion(term.value, block.declared.keys()) ?? `declare it in the block of ${name}`,
    data: { term: term.value, class: name },
  })
}

/**
 * Reports the declaration that a term nearly names, if the declaration of a role or a permission is the misspelt one:
 * no rule uses its name, and several rules use the term, or another block declares it.
 * @returns whether it is.
 */
export function reportDeclaration(
  term: string,
  { name: { name }, declared }: MergedBlock,
  context: BlockContext,
): boolean {
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
