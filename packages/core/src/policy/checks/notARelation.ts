import { type BlockContext, type Check, checkShorthand } from './check.js'

/** The name after `on` must be a relation, not a role or a permission. */
export const notARelation: Check<BlockContext> = checkShorthand(({ on }, block, context) => {
  const declared = on && block.declared.get(on.relation.value)
  if (!declared || declared.kind === 'relation') return
  context.error(
    'not-a-relation',
    `"${declared.name}" is a ${declared.kind} of ${block.name.name}, not a relation.`,
    on.relation.span,
    {
      data: { term: declared.name, kind: declared.kind },
    },
  )
})
