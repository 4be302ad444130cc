import type { Check } from './check.js'
import { suggestion } from './suggestion.js'

/** A block must only declare `roles`, `permissions` and `relations`. */
export const unknownDeclaration: Check = (context) => ({
  declaration: ({ name: { name }, value }) => {
    if (name === 'roles' || name === 'permissions' || name === 'relations') return
    const known = value.kind === 'names' ? ['roles', 'permissions'] : ['relations']
    const hint = suggestion(name, known) ?? `use one of ${known.join(', ')}`
    context.error('unknown-declaration', `Unknown declaration "${name}" in a block.`, value.span, {
      hint,
      data: { name, form: value.kind },
    })
  },
})
