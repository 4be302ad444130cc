import type { Expression, Pattern, Variable } from '../ast.js'
import { join, type Span } from '../source.js'
import type { Token } from '../token.js'

/** An expression in parentheses: `span` includes them, the span of `inner` does not. */
export interface Group {
  readonly kind: 'group'
  readonly inner: Expression
  readonly span: Span
}
export type Operand = Expression | Group

/** Returns a node without parentheses around it. */
export function bare(operand: Operand): Expression
export function bare(operand: Operand | Pattern): Expression | Pattern
export function bare(operand: Operand | Pattern): Expression | Pattern {
  return operand.kind === 'group' ? operand.inner : operand
}

export const group = (open: Token, inner: Operand, close: Token): Group => ({
  kind: 'group',
  inner: bare(inner),
  span: join(open, close),
})

/** The productions with operators. Their values depend on the operators around them: see operators.ts. */
export type Form = 'chain' | 'assignment' | 'negation'
export const chain: Form = 'chain'
export const assignment: Form = 'assignment'
export const not: Form = 'negation'

export const negated = (operator: Token, operand: Operand): Expression => ({
  kind: 'not',
  operand: bare(operand),
  span: join(operator, operand.span),
})

/** Takes the operands of `and` or `or`, and the operators between them. */
export function junction(parts: readonly (Operand | Token)[]): Expression {
  const operands: Expression[] = []
  for (let at = 0; at < parts.length; at += 2) operands.push(bare(parts[at] as Operand))
  const [first, operator] = parts as readonly [Operand, Token]
  const last = parts.at(-1) as Operand
  return { kind: operator.text as 'and' | 'or', operands, span: join(first.span, last.span) }
}

type Binary = (left: Operand, operator: Token, right: Operand | Pattern) => Expression

/** Returns the builder of a binary operator, whose operands the grammar limits to those of its node. */
function binary<Left extends Expression, Right extends Pattern>(
  node: (left: Left, right: Right, span: Span, operator: string) => Expression,
): Binary {
  return (left, { text }, right) => node(bare(left) as Left, bare(right) as Right, join(left.span, right.span), text)
}

export const matches: Binary = binary((value, pattern, span) => ({ kind: 'matches', value, pattern, span }))
export const unify: Binary = binary((left, right: Expression, span) => ({ kind: 'unify', left, right, span }))
export const assign: Binary = binary((left: Variable, right: Expression, span) => ({
  kind: 'assign',
  left,
  right,
  span,
}))
export const contains: Binary = binary((item, collection: Expression, span) => ({ kind: 'in', item, collection, span }))

/** Returns the builder of an operator that is one of several. */
function operation(kind: 'compare' | 'arithmetic'): Binary {
  return binary((left, right: Expression, span, operator) => ({ kind, operator, left, right, span }) as Expression)
}
export const compare: Binary = operation('compare')
export const arithmetic: Binary = operation('arithmetic')
