import type { Call, Dot, Entry, Expression, New } from '../ast.js'
import { join, type Span } from '../source.js'
import { spanOf, type Token } from '../token.js'
import { stringLiteral, variable } from './atoms.js'
import { type RawEntry, toEntry } from './entries.js'
import { type Cons, toArray } from './list.js'
import { bare, type Operand } from './operators.js'

interface Arguments {
  readonly args: readonly Expression[]
  readonly keywords: readonly Entry<Expression>[]
  readonly close: Token
}

function argumentsOf(args: Cons<Operand> | undefined, keywords: Cons<RawEntry> | undefined, close: Token): Arguments {
  return { args: toArray(args, (one) => bare(one)), keywords: toArray(keywords, toEntry), close }
}
export const noArguments = (close: Token): Arguments => argumentsOf(undefined, undefined, close)
/** The parentheses can close after a comma. */
export const positional = (args: Cons<Operand>, end: Token, close: Token = end): Arguments =>
  argumentsOf(args, undefined, close)
export const keywords = (list: Cons<RawEntry>, close: Token): Arguments => argumentsOf(undefined, list, close)
export const both = (args: Cons<Operand>, _comma: Token, list: Cons<RawEntry>, close: Token): Arguments =>
  argumentsOf(args, list, close)

function callOf(token: Token, { args, keywords, close }: Arguments): Call {
  return { kind: 'call', name: token.text, args, keywords, span: join(token, close) }
}
export const call = (token: Token, _open: Token, args: Arguments): Call => callOf(token, args)
export const newInstance = (keyword: Token, token: Token, _open: Token, args: Arguments): New => {
  const call = callOf(token, args)
  return { kind: 'new', call, span: join(keyword, call.span) }
}

interface Member {
  readonly member: Dot['member']
  readonly end: Span
}
export const field = (token: Token): Member => ({
  member: { kind: 'string', value: token.text, span: spanOf(token) },
  end: token,
})
export const method = (token: Token, _open: Token, args: Arguments): Member => ({
  member: callOf(token, args),
  end: args.close,
})
export const lookup = (_open: Token, token: Token, close: Token): Member => ({
  member: token.type === 'string' ? stringLiteral(token) : variable(token),
  end: close,
})
export const dot = (object: Operand, _dot: Token, { member, end }: Member): Dot => ({
  kind: 'dot',
  object: bare(object),
  member,
  span: join(object.span, end),
})

type OfTwo = (keyword: Token, open: Token, one: Operand, comma: Token, other: Operand, close: Token) => Expression

/** Returns the builder of a keyword with two expressions in parentheses. */
function ofTwo(node: (one: Expression, other: Expression, span: Span) => Expression): OfTwo {
  return (keyword, _open, one, _comma, other, close) => node(bare(one), bare(other), join(keyword, close))
}
export const forall: OfTwo = ofTwo((condition, action, span) => ({ kind: 'forall', condition, action, span }))
export const printer = (keyword: Token, _open: Token, { args, close }: Arguments): Expression => ({
  kind: keyword.text === 'print' ? 'print' : 'debug',
  args,
  span: join(keyword, close),
})

// Operators that are written like calls: `in(x, list)`, `.(object, "field")` and `new (Class(…))`.
// The last two can have a last argument, which is unified with the result.

export const prefixIn: OfTwo = ofTwo((item, collection, span) => ({ kind: 'in', item, collection, span }))

function unified(value: Expression, result: Operand | undefined): Expression {
  return result ? { kind: 'unify', left: value, right: bare(result), span: value.span } : value
}
export const prefixDot = (
  dot: Token,
  _open: Token,
  object: Operand,
  _comma: Token,
  member: Dot['member'],
  end: Token,
  result?: Operand,
  close: Token = end,
): Expression => unified({ kind: 'dot', object: bare(object), member, span: join(dot, close) }, result)
export const prefixNew = (
  keyword: Token,
  _open: Token,
  token: Token,
  _arguments: Token,
  args: Arguments,
  end: Token,
  result?: Operand,
  close: Token = end,
): Expression => unified({ kind: 'new', call: callOf(token, args), span: join(keyword, close) }, result)
