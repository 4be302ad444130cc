import { type BlockContext, type Check, checkShorthand } from './check.js'
import { reportUndeclared } from './reportUndeclared.js'

/** What a shorthand rule follows from is declared in its block, or it is the relation that is. */
export const undeclaredBody: Check<BlockContext> = checkShorthand(({ implier, on }, block, context) => {
  const term = on?.relation ?? implier
  if (!block.declared.has(term.value)) reportUndeclared(term, block, context)
})
