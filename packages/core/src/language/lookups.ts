import type { Expression, Unify, Variable } from './ast.js'
import { compareText } from './compareText.js'

/** A lookup or a calculation inside a list or dictionary, and the variable that replaces it. */
export interface Lookup {
  readonly variable: Variable
  readonly value: Expression
}

/**
 * Returns the two sides of `[a.b, 1] = [c, d]` without their computed values.
 * Polar unifies the lists first. It then computes each lookup, in source order, until one does not
 * unify.
 * @returns undefined if there are no such values, or if one makes an object, which comes first.
 */
export function withoutLookups(
  node: Unify,
): { readonly unify: Unify; readonly lookups: readonly Lookup[] } | undefined {
  if (!isStructure(node.left) && !isStructure(node.right)) return undefined
  const lookups: Lookup[] = []
  const left = replaceIn(node.left, lookups)
  const right = replaceIn(node.right, lookups)
  if (lookups.length === 0 || lookups.some(({ value }) => makesObject(value))) return undefined
  return { unify: { ...node, left, right }, lookups }
}

function isStructure(node: Expression): boolean {
  return node.kind === 'list' || node.kind === 'dictionary'
}

function replaceIn(node: Expression, lookups: Lookup[]): Expression {
  switch (node.kind) {
    case 'list':
      return { ...node, elements: node.elements.map((element) => replaceIn(element, lookups)) }
    case 'dictionary': {
      // values are computed in the order of the keys
      const entries = [...node.entries].sort((a, b) => compareText(a.key, b.key))
      return { ...node, entries: entries.map((entry) => ({ ...entry, value: replaceIn(entry.value, lookups) })) }
    }
    case 'dot':
    case 'arithmetic':
    case 'new': {
      // no variable of a policy has such a name
      const variable: Variable = {
        kind: 'variable',
        name: `value at ${node.span.start}-${node.span.end}`,
        span: node.span,
      }
      lookups.push({ variable, value: node })
      return variable
    }
    default:
      return node
  }
}

function makesObject(node: Expression): boolean {
  switch (node.kind) {
    case 'new':
      return true
    case 'dot':
      return makesObject(node.object) || (node.member.kind === 'call' && node.member.args.some(makesObject))
    case 'arithmetic':
      return makesObject(node.left) || makesObject(node.right)
    case 'list':
      return node.elements.some(makesObject)
    case 'dictionary':
      return node.entries.some(({ value }) => makesObject(value))
    default:
      return false
  }
}
