import type { BlockContext, Check } from './check.js'
import { classHint } from './suggestion.js'

/** A relation must lead to a registered class. */
export const unregisteredRelation: Check<BlockContext> = (context) => ({
  declaration: ({ value }) => {
    if (value.kind !== 'relations') return
    for (const { value: to } of value.relations) {
      if (context.schema.isName(to.name)) continue
      const hint = classHint(to.name, context.schema)
      context.error('unregistered-class', `The class ${to.name} is not registered.`, to.span, {
        hint,
        data: { name: to.name, where: 'relation' },
      })
    }
  },
})
