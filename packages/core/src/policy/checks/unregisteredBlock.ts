import type { Check } from './check.js'
import { classHint } from './suggestion.js'

/** The class of a block must be registered. */
export const unregisteredBlock: Check = (context) => ({
  'resource block': ({ name: { name, span }, span: block }) => {
    if (context.schema.isName(name)) return
    const hint = classHint(name, context.schema)
    const header = { ...block, end: span.end }
    context.error('unregistered-class', `The class ${name} is not registered.`, header, {
      hint,
      data: { name, where: 'block' },
    })
  },
})
