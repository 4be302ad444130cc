import type { Call, Dot, Entry, Expression, New } from '../ast.js'
import { type Group, join, type Raw, resolve } from '../operators.js'
import type { Span } from '../source.js'
import { spanOf, type Token } from '../token.js'
import { stringLiteral, variable } from './atoms.js'
import { type RawEntry, toEntry } from './entries.js'
import { type Cons, toArray } from './list.js'

const expression = (raw: Raw): Expression => resolve(raw)

interface Arguments {
  readonly args: readonly Expression[]
  readonly keywords: readonly Entry<Expression>[]
  readonly close: Token
}

export const noArguments = ([close]: readonly [Token]): Arguments => ({ args: [], keywords: [], close })
export const positional = (data: readonly [Cons<Raw>, ...Token[]]): Arguments => ({
  args: toArray(data[0], expression),
  keywords: [],
  close: data[data.length - 1] as Token,
})
export const keywords = ([list, close]: readonly [Cons<RawEntry>, Token]): Arguments => ({
  args: [],
  keywords: toArray(list, toEntry),
  close,
})
export const positionalAndKeywords = ([args, , list, close]: readonly [
  Cons<Raw>,
  Token,
  Cons<RawEntry>,
  Token,
]): Arguments => ({
  args: toArray(args, expression),
  keywords: toArray(list, toEntry),
  close,
})

function callOf(token: Token, { args, keywords, close }: Arguments): Call {
  return { kind: 'call', name: token.text, args, keywords, span: join(token, close) }
}
export const call = ([token, , args]: readonly [Token, Token, Arguments]): Call => callOf(token, args)
export const newInstance = ([keyword, token, , args]: readonly [Token, Token, Token, Arguments]): New => {
  const call = callOf(token, args)
  return { kind: 'new', call, span: join(keyword, call.span) }
}

interface Member {
  readonly member: Dot['member']
  readonly end: Span
}
export const field = ([token]: readonly [Token]): Member => ({
  member: { kind: 'string', value: token.text, span: spanOf(token) },
  end: token,
})
export const method = ([token, , args]: readonly [Token, Token, Arguments]): Member => ({
  member: callOf(token, args),
  end: args.close,
})
export const lookup = ([, token, close]: readonly [Token, Token, Token]): Member => ({
  member: token.type === 'string' ? stringLiteral(token) : variable(token),
  end: close,
})
export const dot = ([object, , { member, end }]: readonly [Expression | Group, Token, Member]): Dot => ({
  kind: 'dot',
  object: resolve(object),
  member,
  span: join(object.span, end),
})

export const forall = (data: readonly [Token, Token, Raw, Token, Raw, Token]): Expression => ({
  kind: 'forall',
  condition: resolve(data[2]),
  action: resolve(data[4]),
  span: join(data[0], data[5]),
})
export const printer = ([keyword, , { args, close }]: readonly [Token, Token, Arguments]): Expression => ({
  kind: keyword.text === 'print' ? 'print' : 'debug',
  args,
  span: join(keyword, close),
})

// Operators that are written like calls: `in(x, list)`, `.(object, "field")` and `new (Class(…))`.
// The last two can have a last argument, which is unified with the result.

export const prefixIn = (data: readonly [Token, Token, Raw, Token, Raw, Token]): Expression => ({
  kind: 'in',
  item: resolve(data[2]),
  collection: resolve(data[4]),
  span: join(data[0], data[5]),
})

function unified(value: Expression, result: Raw | undefined): Expression {
  return result ? { kind: 'unify', left: value, right: resolve(result), span: value.span } : value
}
export const prefixDot = (
  data: readonly [Token, Token, Raw, Token, Dot['member'], Token, Raw?, Token?],
): Expression => {
  const span = join(data[0], data[7] ?? data[5])
  return unified({ kind: 'dot', object: resolve(data[2]), member: data[4], span }, data[6])
}
export const prefixNew = (data: readonly [Token, Token, Token, Token, Arguments, Token, Raw?, Token?]): Expression => {
  const span = join(data[0], data[7] ?? data[5])
  return unified({ kind: 'new', call: callOf(data[2], data[4]), span }, data[6])
}
