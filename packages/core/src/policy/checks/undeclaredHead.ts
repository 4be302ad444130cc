import { checkShorthand } from './check.js'
import { reportUndeclared } from './reportUndeclared.js'

/** What a shorthand rule grants is declared in its block. */
export const undeclaredHead = checkShorthand(({ head }, block, context) => {
  if (!block.declared.has(head.value)) reportUndeclared(head, block, context)
})
