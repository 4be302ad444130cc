import { guarded } from './atoms.js'
import { type Draft, isList, isScalar, type Path, type Scope } from './draft.js'
import { anyValue } from './habits.js'
import { all, type Goal, goal } from './policyTree.js'
import { literalText } from './pools.js'
import { isSubclass } from './world.js'

/** A goal about a field that can hold any value, as if it held a list, a dictionary or an object. */
export function askUntyped(draft: Draft, scope: Scope): Goal | undefined {
  const { random } = draft
  const path = untypedPath(draft, scope)
  if (!path) return undefined
  draft.uses('field of any type')
  const { text } = path
  const literal = (): string => literalText(anyValue(random)) ?? '1'
  const each = draft.variable()
  const operator = random.pick(['=', '!=', '=='])
  switch (
    random.weighted({
      entry: 2,
      pattern: 3,
      literal: 2,
      other: 1,
      among: 1.5,
      class: 1,
      element: 2,
      member: 1,
      text: 0.5,
    })
  ) {
    case 'entry':
      return guarded(draft, [path], goal(`${text}.${key(draft)} ${operator} ${literal()}`))
    case 'pattern':
      return guarded(draft, [path], goal(`${text} matches ${pattern(draft)}`))
    case 'literal':
      return guarded(draft, [path], goal(`${text} ${operator} ${literal()}`))
    case 'other': {
      const other = untypedPath(draft, scope)
      return other && guarded(draft, [path, other], goal(`${text} ${operator} ${other.text}`))
    }
    case 'among':
      return guarded(draft, [path], goal(`${text} in [${literal()}, ${literal()}]`))
    case 'class':
      return guarded(draft, [path], goal(`${text} matches ${className(draft)}`))
    case 'element': {
      const asked = random.pick([
        `${each}.${key(draft)} ${operator} ${literal()}`,
        `${each} matches ${pattern(draft)}`,
        `${each} ${operator} ${literal()}`,
      ])
      return guarded(draft, [path], all(goal(`${each} in ${text}`), goal(asked)))
    }
    case 'member':
      return guarded(draft, [path], goal(`${literal()} in ${text}`))
    case 'text':
      return guarded(draft, [path], goal(`${text}.${random.pick(['startsWith("a")', 'includes("a")', 'length = 1'])}`))
  }
}

function untypedPath(draft: Draft, scope: Scope): Path | undefined {
  for (let attempt = 0; attempt < 20; attempt++) {
    const path = draft.path(scope, (type) => isScalar(type) || isList(type))
    if (path?.field && isUntyped(draft, path.field)) return path
  }
  return undefined
}

function isUntyped({ world }: Draft, { model, name }: NonNullable<Path['field']>): boolean {
  return world.models.some(
    (one) => isSubclass(world, model, one.name) && world.habits?.untyped?.includes(`${one.name}.${name}`),
  )
}

function key({ random }: Draft): string {
  return random.pick(['a', 'a', 'b', 'amount'])
}

function className({ random }: Draft): string {
  return random.pick(['Money', 'List', 'Dictionary', 'String', 'Integer', 'Float', 'Boolean', 'Object'])
}

function pattern(draft: Draft): string {
  const { random } = draft
  const entry = random.chance(0.3) ? pattern(draft) : (literalText(anyValue(random)) ?? '1')
  const fields = random.chance(0.1) ? '{}' : `{${key(draft)}: ${entry}}`
  return random.chance(0.3) ? `${random.pick(['Money', 'Dictionary'])}${fields}` : fields
}
