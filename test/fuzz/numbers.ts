import { guarded, operandFor, oriented } from './atoms.js'
import { type Draft, isLike, isList, isRows, isScalar, type Path, type Scope } from './draft.js'
import { type Goal, goal } from './policyTree.js'

/** Arithmetic of number columns with a literal or another column, in a comparison. */
export function compareArithmetic(draft: Draft, scope: Scope): Goal | undefined {
  const { random } = draft
  const path = number(draft, scope)
  if (!path) return undefined
  const other = operandFor(draft, scope, 'integer', path.field)
  if (!other) return undefined
  const second = random.chance(0.3) ? number(draft, scope) : undefined
  draft.uses('arithmetic')
  // The last three differ from database to database.
  const operator = random.weighted({ '+': 4, '-': 4, '*': 3, '/': 0.4, mod: 0.3, rem: 0.3 })
  const made = oriented(
    draft,
    `${path.text} ${operator} ${second ? second.text : random.pick(['1', '2', '-1', '3', '0', '0.5'])}`,
    random.pick(['=', '<', '>=', '!=']),
    other.text,
  )
  return guarded(draft, [path, ...(second ? [second] : []), ...other.paths], goal(made))
}

function number(draft: Draft, scope: Scope): Path | undefined {
  return draft.path(
    scope,
    (type) =>
      isScalar(type) &&
      (type.type === 'integer' ||
        type.type === 'float' ||
        (isLike(type.type, 'integer') && draft.random.chance(0.1))) &&
      (!type.nullable || draft.random.chance(0.2)),
  )
}

/** How many rows or elements there are. */
export function compareCount(draft: Draft, scope: Scope): Goal | undefined {
  const { random } = draft
  const list = draft.path(scope, (type) => isRows(type) || (isList(type) && random.chance(0.5)))
  if (!list) return undefined
  const other = random.chance(0.85)
    ? { text: String(random.integer(0, 3)), paths: [] }
    : operandFor(draft, scope, 'integer', undefined)
  if (!other) return undefined
  draft.uses('count')
  const operator = random.weighted({ '=': 2, '!=': 1, '<': 1, '<=': 1, '>': 2, '>=': 2, '==': 0.5 })
  return guarded(draft, [list, ...other.paths], goal(oriented(draft, `${list.text}.length`, operator, other.text)))
}
