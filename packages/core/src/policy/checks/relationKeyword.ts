import { type BlockContext, type Check, checkShorthand } from './check.js'

/** The relation of a shorthand rule must follow `on`. */
export const relationKeyword: Check<BlockContext> = checkShorthand(({ on }, _block, context) => {
  if (!on || on.keyword.name === 'on') return
  context.error(
    'relation-keyword',
    `Expected "on" before the relation of a shorthand rule, found "${on.keyword.name}".`,
    on.keyword.span,
    {
      hint: 'did you mean "on"?',
      data: { found: on.keyword.name },
    },
  )
})
