import type { Expression, Unify, Variable } from './ast.js'
import { replaceComputed } from './head.js'
import { hasNew } from './mentions.js'

/**
 * Returns `[a.b, 1] = [c, d]` without the computed values of its lists or dictionaries, followed by an equation for
 * each. Polar unifies the lists first. It then computes each lookup, in source order, until one does not unify.
 * @returns undefined if there are no such values, or if one makes an object, which comes first.
 */
export function withoutLookups(node: Unify): readonly Unify[] | undefined {
  if (!isStructure(node.left) && !isStructure(node.right)) return undefined
  const lookups: Unify[] = []
  const replace = (value: Expression): Expression => {
    const { start, end } = value.span
    // no variable of a policy has such a name
    const variable: Variable = { kind: 'variable', name: `value at ${start}-${end}`, span: value.span }
    lookups.push({ ...node, left: variable, right: value })
    return variable
  }
  const left = replaceComputed(node.left, replace)
  const right = replaceComputed(node.right, replace)
  return lookups.length === 0 || lookups.some(hasNew) ? undefined : [{ ...node, left, right }, ...lookups]
}

function isStructure(node: Expression): boolean {
  return node.kind === 'list' || node.kind === 'dictionary'
}
