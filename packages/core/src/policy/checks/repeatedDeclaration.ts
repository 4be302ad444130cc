import type { Check } from './check.js'

/**
 * A block must declare its roles, its permissions and its relations only once each. More
 * declarations can be in another block.
 */
export const repeatedDeclaration: Check = (context) => {
  const seen = new Set<string>()
  let block = ''
  return {
    'resource block': ({ name }) => {
      seen.clear()
      block = name.name
    },
    declaration: ({ name: { name }, value }) => {
      if ((name === 'relations') !== (value.kind === 'relations')) return
      if (name !== 'roles' && name !== 'permissions' && name !== 'relations') return
      if (seen.has(name)) {
        const message = `The block of ${block} declares its ${name} twice.`
        context.error('repeated-declaration', message, value.span, {
          hint: 'merge them',
          data: { name, class: block },
        })
      }
      seen.add(name)
    },
  }
}
