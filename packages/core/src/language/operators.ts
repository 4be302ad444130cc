import type { ArithmeticOperator, ComparisonOperator, Expression, Pattern, Variable } from './ast.js'
import type { Span } from './source.js'
import type { Token } from './token.js'

/** An expression in parentheses: `span` includes them, that of `inner` does not. */
export interface Group {
  readonly kind: 'group'
  readonly inner: Expression
  readonly span: Span
}
/** `left operator right` of the flat grammar, where `left` may be a chain of the same level: precedence is not decided yet. */
export interface Chain {
  readonly kind: 'chain'
  readonly left: Raw
  readonly operator: Token
  readonly right: Raw | Pattern
}
/** `not operand` */
export interface Negation {
  readonly kind: 'negation'
  readonly operator: Token
  readonly operand: Raw
}
/**
 * What the grammar gives for an expression. An Earley parser completes every prefix of an expression, so that operators
 * become nodes of the AST only when the token behind the whole has been seen.
 */
export type Raw = Expression | Group | Chain | Negation

/** A node, and the stretch that it takes in its parent: with its parentheses. */
interface Operand {
  readonly node: Expression | Pattern
  readonly span: Span
}

const PRECEDENCE: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  ':=': 3,
  '=': 3,
  '==': 4,
  '!=': 4,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  mod: 6,
  rem: 6,
  in: 7,
  matches: 7,
}

/** The span from the beginning of one span or token to the end of another. */
export function join(from: Span, to: Span): Span {
  return { source: from.source, start: from.start, end: to.end }
}

/** Turns a finished chain into nodes, the operators by precedence, all of them left-associative. */
export function resolve(raw: Raw): Expression
export function resolve(raw: Raw | Pattern): Expression | Pattern
export function resolve(raw: Raw | Pattern): Expression | Pattern {
  return operandOf(raw).node
}

function operandOf(raw: Raw | Pattern): Operand {
  switch (raw.kind) {
    case 'group':
      return { node: raw.inner, span: raw.span }
    case 'negation': {
      // The depth of this recursion is bounded: the parser counts every "not" as a level of nesting.
      const operand = operandOf(raw.operand)
      const span = join(raw.operator, operand.span)
      // Only a chain's right side can be a pattern, and that behind `matches`.
      return { node: { kind: 'not', operand: operand.node as Expression, span }, span }
    }
    case 'chain':
      return chainOf(raw)
    default:
      return { node: raw, span: raw.span }
  }
}

function chainOf(chain: Chain): Operand {
  const links: Chain[] = []
  let leftmost: Raw = chain
  while (leftmost.kind === 'chain') {
    links.push(leftmost)
    leftmost = leftmost.left
  }
  const operands: Operand[] = [operandOf(leftmost)]
  const operators: string[] = []
  const reduce = (): void => {
    const operator = operators.pop()!
    if (operator === 'and' || operator === 'or') {
      const arms = [operands.pop()!, operands.pop()!]
      while (operators.at(-1) === operator) {
        operators.pop()
        arms.push(operands.pop()!)
      }
      arms.reverse()
      const span = join(arms[0]!.span, arms.at(-1)!.span)
      // The arms of `and` and `or` are expressions by the grammar.
      operands.push({ node: { kind: operator, operands: arms.map((arm) => arm.node as Expression), span }, span })
      return
    }
    const right = operands.pop()!
    const left = operands.pop()!
    const span = join(left.span, right.span)
    operands.push({ node: binary(operator, left.node as Expression, right.node, span), span })
  }
  for (let index = links.length - 1; index >= 0; index--) {
    const { operator, right } = links[index]!
    const precedence = PRECEDENCE[operator.text]!
    while (operators.length > 0) {
      const before = operators.at(-1)!
      // `and` and `or` take all their arms at once.
      if (PRECEDENCE[before]! < precedence || (before === operator.text && precedence <= 2)) break
      reduce()
    }
    operators.push(operator.text)
    operands.push(operandOf(right))
  }
  while (operators.length > 0) reduce()
  return operands[0]!
}

function binary(operator: string, left: Expression, right: Expression | Pattern, span: Span): Expression {
  if (operator === 'matches') return { kind: 'matches', value: left, pattern: right, span }
  // By the grammar the right side of all other operators is an expression, the left side of `:=` a variable, and the
  // operators that are not named here are those of `Arithmetic`.
  const value = right as Expression
  switch (operator) {
    case '=':
      return { kind: 'unify', left, right: value, span }
    case ':=':
      return { kind: 'assign', left: left as Variable, right: value, span }
    case 'in':
      return { kind: 'in', item: left, collection: value, span }
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return { kind: 'compare', operator: operator as ComparisonOperator, left, right: value, span }
    default:
      return { kind: 'arithmetic', operator: operator as ArithmeticOperator, left, right: value, span }
  }
}
