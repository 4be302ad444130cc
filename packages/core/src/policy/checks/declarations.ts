import { entryOf } from '../../values/entryOf.js'
import { type Declared, declarationsOf } from '../blocks.js'
import type { Check } from './check.js'
import { suggestion } from './suggestion.js'

/** The form of each declaration: a list of names, or a dictionary of classes. */
const forms: ReadonlyMap<string, 'names' | 'relations'> = new Map([
  ['roles', 'names'],
  ['permissions', 'names'],
  ['relations', 'relations'],
])

/**
 * A block must start with `actor` or `resource`, and declare its roles, its permissions and its relations in their form, once
 * each. More declarations can be in another block.
 */
export const declarations: Check = ({ error }) => {
  const seen = new Set<string>()
  let block = ''
  return {
    'resource block': ({ keyword, name }) => {
      seen.clear()
      block = name.name
      if (keyword?.name === 'actor' || keyword?.name === 'resource') return
      const found = keyword ? `, not with "${keyword.name}"` : ''
      error('block-keyword', `A block must start with "actor" or "resource"${found}.`, (keyword ?? name).span, {
        hint: `did you mean "resource ${block} { … }"?`,
        data: { found: keyword?.name },
      })
    },
    declaration: ({ name: { name }, value: { kind: form, span } }) => {
      const wanted = forms.get(name)
      if (wanted === undefined) {
        const known = [...forms.keys()].filter((one) => forms.get(one) === form)
        const hint = suggestion(name, known) ?? `use one of ${known.join(', ')}`
        error('unknown-declaration', `Unknown declaration "${name}" in a block.`, span, { hint, data: { name, form } })
      } else if (wanted !== form) {
        const [what, hint] =
          wanted === 'names'
            ? ['a list of strings, not a dictionary', `write ${name} = ["name"];`]
            : ['a dictionary of classes, not a list', 'write relations = { name: Class };']
        error('declaration-form', `\`${name}\` must be ${what}.`, span, { hint, data: { name, form } })
      } else if (seen.has(name)) {
        const message = `The block of ${block} declares its ${name} twice.`
        error('repeated-declaration', message, span, { hint: 'merge them', data: { name, class: block } })
      } else seen.add(name)
    },
  }
}

/**
 * A name must be declared only once in a block. All blocks of a class must agree whether it is a
 * role, a permission, or a relation to one class.
 */
export const conflictingDeclaration: Check = (context) => {
  const byClass = new Map<string, Map<string, Declared>>()
  return {
    'resource block': (block) => {
      const { name } = block.name
      const before = entryOf(byClass, name, () => new Map<string, Declared>())
      const here = new Map<string, Declared>()
      for (const declared of declarationsOf(block)) {
        const earlier = here.get(declared.name) ?? conflict(before.get(declared.name), declared)
        if (!earlier) {
          here.set(declared.name, declared)
          continue
        }
        const was = earlier.to ? `relation to ${earlier.to.name}` : earlier.kind
        const message = `"${declared.name}" is declared as a ${declared.kind} of ${name}, but it is already a ${was}.`
        context.error('conflicting-declaration', message, declared.span, {
          hint: earlier.kind === declared.kind ? 'remove one of the two' : 'give one of the two another name',
          data: { name: declared.name, class: name, was: earlier.kind, is: declared.kind },
        })
      }
      for (const [key, declared] of here) before.set(key, declared)
    },
  }
}

function conflict(earlier: Declared | undefined, declared: Declared): Declared | undefined {
  return earlier && (earlier.kind !== declared.kind || earlier.to?.name !== declared.to?.name) ? earlier : undefined
}
