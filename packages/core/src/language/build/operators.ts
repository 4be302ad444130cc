import type { ArithmeticOperator, ComparisonOperator, Expression, Pattern, Variable } from '../ast.js'
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

export const matches = (value: Operand, _operator: Token, pattern: Operand | Pattern): Expression => ({
  kind: 'matches',
  value: bare(value),
  pattern: bare(pattern),
  span: join(value.span, pattern.span),
})
export const unify = (left: Operand, _operator: Token, right: Operand): Expression => ({
  kind: 'unify',
  left: bare(left),
  right: bare(right),
  span: join(left.span, right.span),
})
export const assign = (left: Variable, _operator: Token, right: Operand): Expression => ({
  kind: 'assign',
  left,
  right: bare(right),
  span: join(left.span, right.span),
})
export const contains = (item: Operand, _operator: Token, collection: Operand): Expression => ({
  kind: 'in',
  item: bare(item),
  collection: bare(collection),
  span: join(item.span, collection.span),
})
export const compare = (left: Operand, { text }: Token, right: Operand): Expression => ({
  kind: 'compare',
  operator: text as ComparisonOperator,
  left: bare(left),
  right: bare(right),
  span: join(left.span, right.span),
})
export const arithmetic = (left: Operand, { text }: Token, right: Operand): Expression => ({
  kind: 'arithmetic',
  operator: text as ArithmeticOperator,
  left: bare(left),
  right: bare(right),
  span: join(left.span, right.span),
})
