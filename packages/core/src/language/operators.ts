import type { ArithmeticOperator, ComparisonOperator, Expression, Pattern, Variable } from './ast.js'
import type { Span } from './source.js'
import type { Token } from './token.js'

/** An expression in parentheses: `span` includes them, the span of `inner` does not. */
export interface Group {
  readonly kind: 'group'
  readonly inner: Expression
  readonly span: Span
}
/**
 * `left operator right` of the flat grammar, before precedence is resolved; `left` may be a chain
 * too.
 */
export interface Chain {
  readonly kind: 'chain'
  readonly left: Raw
  readonly operator: Token
  readonly right: Unit | Pattern
}
/** `not` before a possible beginning of its operand. */
export interface Negation {
  readonly kind: 'negation'
  readonly operator: Token
  readonly operand: Unit
}
/** `variable := right`; `right` may be the beginning of the value. */
export interface Assignment {
  readonly kind: 'assignment'
  readonly variable: Variable
  readonly operator: Token
  readonly right: Expression | Group
}
/** A possible operand after `and` and `or`. */
export type Unit = Expression | Group | Assignment | Negation
/**
 * The grammar's result for an expression.
 * An Earley parser completes every prefix of an expression. Operators therefore become nodes of the
 * AST only when the token after the whole has been read.
 */
export type Raw = Unit | Chain

/** A node with its span in the parent, including parentheses. */
interface Parsed {
  readonly node: Expression | Pattern
  readonly span: Span
}

const PRECEDENCE: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  not: 3,
  ':=': 4,
  '=': 4,
  '==': 5,
  '!=': 5,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  '+': 6,
  '-': 6,
  '*': 7,
  '/': 7,
  mod: 7,
  rem: 7,
  in: 8,
  matches: 8,
}

/** Returns the span from the beginning of one span or token to the end of another. */
export function join(from: Span, to: Span): Span {
  return { source: from.source, start: from.start, end: to.end }
}

/**
 * Converts a finished chain to nodes by the precedence of its operators; binary operators are
 * left-associative.
 */
export function resolve(raw: Raw): Expression
export function resolve(raw: Raw | Pattern): Expression | Pattern
export function resolve(raw: Raw | Pattern): Expression | Pattern {
  switch (raw.kind) {
    case 'group':
      return raw.inner
    case 'chain':
    case 'assignment':
    case 'negation':
      return new Resolution().of(raw)
    default:
      return raw
  }
}

/** An operator-precedence parser for the flat chains of the grammar. */
class Resolution {
  readonly #operands: Parsed[] = []
  readonly #operators: Token[] = []

  of(raw: Raw): Expression {
    const links: Chain[] = []
    let leftmost: Raw = raw
    while (leftmost.kind === 'chain') {
      links.push(leftmost)
      leftmost = leftmost.left
    }
    this.#push(leftmost)
    for (let index = links.length - 1; index >= 0; index--) {
      const { operator, right } = links[index]!
      this.#operator(operator)
      this.#push(right)
    }
    while (this.#operators.length > 0) this.#reduce()
    // Sound: by the grammar a pattern only follows `matches`, so it is never the whole.
    return this.#operands[0]!.node as Expression
  }

  #push(unit: Unit | Pattern): void {
    let at = unit
    while (at.kind === 'negation') {
      this.#operators.push(at.operator)
      at = at.operand
    }
    if (at.kind === 'assignment') {
      this.#operands.push({ node: at.variable, span: at.variable.span })
      this.#operators.push(at.operator)
      at = at.right
    }
    this.#operands.push({ node: at.kind === 'group' ? at.inner : at, span: at.span })
  }

  #operator(operator: Token): void {
    const precedence = PRECEDENCE[operator.text]!
    while (this.#operators.length > 0) {
      const before = this.#operators.at(-1)!.text
      // `and` and `or` take all their operands at once.
      if (PRECEDENCE[before]! < precedence || (before === operator.text && isJunction(before))) break
      this.#reduce()
    }
    this.#operators.push(operator)
  }

  /** Applies the last operator to the last operands. */
  #reduce(): void {
    const token = this.#operators.pop()!
    const operator = token.text
    const right = this.#operands.pop()!
    if (operator === 'not') {
      const span = join(token, right.span)
      // Sound: only the right side of `matches` can be a pattern.
      this.#operands.push({ node: { kind: 'not', operand: right.node as Expression, span }, span })
      return
    }
    const left = this.#operands.pop()!
    if (!isJunction(operator)) {
      const span = join(left.span, right.span)
      this.#operands.push({ node: binary(operator, left.node as Expression, right.node, span), span })
      return
    }
    const arms = [right, left]
    while (this.#operators.at(-1)?.text === operator) {
      this.#operators.pop()
      arms.push(this.#operands.pop()!)
    }
    arms.reverse()
    const span = join(arms[0]!.span, right.span)
    const operands = arms.map((arm) => arm.node as Expression)
    this.#operands.push({ node: { kind: operator, operands, span }, span })
  }
}

function isJunction(operator: string): operator is 'and' | 'or' {
  return operator === 'and' || operator === 'or'
}

function binary(operator: string, left: Expression, right: Expression | Pattern, span: Span): Expression {
  if (operator === 'matches') return { kind: 'matches', value: left, pattern: right, span }
  // Sound: by the grammar the right side of all other operators is an expression, and the left side
  // of `:=` is a variable. The operators that are not named here are those of `Arithmetic`.
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
