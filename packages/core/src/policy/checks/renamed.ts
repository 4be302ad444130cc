import type { Expression, Variable } from '../../language/ast.js'
import type { Span } from '../../language/source.js'

/**
 * Returns a copy of a node, or of parts of one, with other expressions in place of its variables.
 *
 * @param replace - Returns what stands for a variable; `needsName` is whether only a name or a text can be there.
 * @param place - The place of the calls in the copy. Default: their own.
 */
export function renamed<T>(node: T, replace: (variable: Variable, needsName: boolean) => Expression, place?: Span): T {
  const copy = (one: unknown, needsName: boolean): unknown => {
    if (Array.isArray(one)) return one.map((element) => copy(element, false))
    if (typeof one !== 'object' || one === null || 'source' in one) return one
    const { kind } = one as { readonly kind?: string }
    // Sound: a node of this kind is a variable.
    if (kind === 'variable') return replace(one as Variable, needsName)
    const parts: Record<string, unknown> = {}
    // Sound: the keys are the node's own.
    for (const key of Object.keys(one)) parts[key] = copy(one[key as keyof typeof one], isForNames(kind, key))
    if (kind === 'call' && place) parts['span'] = place
    return parts
  }
  return copy(node, false) as T
}

/** Returns whether only a name or a text can be at a place. */
function isForNames(kind: string | undefined, key: string): boolean {
  return key === 'rest' || key === 'member' || (kind === 'assign' && key === 'left')
}
