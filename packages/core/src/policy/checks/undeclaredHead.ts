import { type BlockContext, type Check, checkShorthand } from './check.js'
import { reportUndeclared } from './reportUndeclared.js'

/** The head of a shorthand rule must be declared in its block. */
export const undeclaredHead: Check<BlockContext> = checkShorthand(({ head }, block, context) => {
  if (!block.declared.has(head.value)) reportUndeclared(head, block, context)
})
