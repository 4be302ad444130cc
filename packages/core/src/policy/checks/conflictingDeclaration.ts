import { entryOf } from '../../values/entryOf.js'
import { type Declared, declarationsOf } from '../blocks.js'
import type { Check } from './check.js'

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
