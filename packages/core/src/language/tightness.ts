/** How tightly a node binds: a looser node needs parentheses in a place for a tighter one. */
export const OR = 1
export const AND = 2
export const NOT = 3
export const UNIFY = 4
export const COMPARE = 5
export const SUM = 6
export const PRODUCT = 7
export const IN = 8
export const OPERAND = 9
/** The place before a dot, which after a number would be a decimal point. */
export const OBJECT = 10
/** A place inside a compound pattern. */
export const INNER = 11
/** The place of the rest of a list, which is written with its star. */
export const REST = 12

/** What decides whether a node needs parentheses. */
interface Tight {
  readonly kind: string
  readonly operator?: string
  readonly object?: Tight
}

/** Returns whether a node needs parentheses in a place. */
export function needsParentheses(node: Tight, place: number): boolean {
  if (place === INNER) return !isInner(node)
  return tightnessOf(node) < Math.min(place, OPERAND) || (place === OBJECT && node.kind === 'number')
}

export function tightnessOf({ kind, operator }: Tight): number {
  if (kind === 'arithmetic') return operator === '+' || operator === '-' ? SUM : PRODUCT
  return TIGHTNESS[kind as keyof typeof TIGHTNESS] ?? OPERAND
}

const TIGHTNESS = { or: OR, and: AND, not: NOT, unify: UNIFY, assign: UNIFY, compare: COMPARE, in: IN, matches: IN }

const INNER_KINDS = ['class pattern', 'dictionary pattern', 'list pattern', 'number', 'string', 'boolean', 'variable']

/** Returns whether a node is a pattern, a literal, a variable or a field of a variable. */
function isInner({ kind, object }: Tight): boolean {
  if (kind === 'dot' && object) return (object.kind === 'variable' || object.kind === 'dot') && isInner(object)
  return INNER_KINDS.includes(kind)
}
