import { type BlockContext, type Check, checkShorthand } from './check.js'
import { reportUndeclared } from './reportUndeclared.js'

/**
 * The body of a shorthand rule must be declared in its block; if the rule has a relation, the
 * relation must be.
 */
export const undeclaredBody: Check<BlockContext> = checkShorthand(({ implier, on }, block, context) => {
  const term = on?.relation ?? implier
  if (!block.declared.has(term.value)) reportUndeclared(term, block, context)
})
