import type { Check } from './check.js'

/** The keyword of a block must be `actor` or `resource`. */
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
