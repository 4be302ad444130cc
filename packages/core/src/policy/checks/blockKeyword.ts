import type { Check } from './check.js'

/** A block is an `actor` or a `resource`; nothing else is, and one of the two has to be written. */
export const blockKeyword: Check = (context) => ({
  'resource block': ({ keyword, name }) => {
    if (keyword?.name === 'actor' || keyword?.name === 'resource') return
    const message = keyword
      ? `A block must start with "actor" or "resource", not with "${keyword.name}".`
      : 'A block must start with "actor" or "resource".'
    const hint = `did you mean "resource ${name.name} { … }"?`
    context.error('block-keyword', message, (keyword ?? name).span, { hint, data: { found: keyword?.name } })
  },
})
