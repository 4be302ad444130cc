import { type BlockContext, type Check, checkShorthand } from './check.js'

/**
 * The class that a shorthand rule reaches over a relation must have a block, which declares its
 * roles and permissions.
 */
export const missingRelatedBlock: Check<BlockContext> = checkShorthand(({ implier, on }, block, context) => {
  const to = on && block.declared.get(on.relation.value)?.to
  // A class that is not registered has an error of its own.
  if (!to || context.blocks.has(to.name) || !context.schema.isName(to.name)) return
  const relation = on.relation.value
  const message = `The relation "${relation}" leads to ${to.name}, which has no block to declare "${implier.value}".`
  context.error('missing-related-block', message, to.span, {
    hint: `declare it: resource ${to.name} {}`,
    data: { class: block.name.name, relation, to: to.name, term: implier.value },
  })
})
