import { type BlockContext, type Check, checkShorthand } from './check.js'
import { reportDeclaration } from './reportUndeclared.js'
import { suggestion } from './suggestion.js'

/**
 * The term that a shorthand rule uses over a relation must be declared in the block that the
 * relation leads to.
 */
export const undeclaredRelatedTerm: Check<BlockContext> = checkShorthand(({ implier, on }, block, context) => {
  const to = on && block.declared.get(on.relation.value)?.to?.name
  const related = to === undefined ? undefined : context.blocks.get(to)
  if (!related || related.declared.has(implier.value)) return
  if (reportDeclaration(implier.value, related, context)) return
  const message = `"${implier.value}" is not a role, permission or relation of ${to}, the class of the relation "${on?.relation.value}".`
  context.error('undeclared-related-term', message, implier.span, {
    hint: suggestion(implier.value, related.declared.keys()) ?? `declare it in the block of ${to}`,
    data: { term: implier.value, class: block.name.name, to },
  })
})
