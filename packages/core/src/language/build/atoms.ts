import type { Expression, Name, NumberLiteral, StringLiteral, Variable } from '../ast.js'
import { join, type Span } from '../source.js'
import { contentsOf, spanOf, type Token } from '../token.js'

export const variable = (token: Token): Variable => ({ kind: 'variable', name: token.text, span: spanOf(token) })
export const name = (token: Token): Name => ({ kind: 'name', name: token.text, span: spanOf(token) })
export const stringLiteral = (token: Token): StringLiteral => ({
  kind: 'string',
  value: contentsOf(token),
  span: spanOf(token),
})

function numberLiteral(token: Token, negative: boolean, span: Span): NumberLiteral {
  const { text } = token
  if (!/^[0-9]+$/.test(text)) {
    const value = text === 'inf' ? Infinity : text === 'nan' ? NaN : Number(text)
    return { kind: 'number', value: negative ? -value : value, float: true, span }
  }
  const value = Number(text)
  if (Number.isSafeInteger(value))
    return { kind: 'number', value: negative && value !== 0 ? -value : value, float: false, span }
  return { kind: 'number', value: negative ? -BigInt(text) : BigInt(text), float: false, span }
}

export function atom(token: Token): Expression {
  switch (token.type) {
    case 'symbol':
      return variable(token)
    case 'string':
      return stringLiteral(token)
    case 'number':
      return numberLiteral(token, false, spanOf(token))
    case 'boolean':
      return { kind: 'boolean', value: token.text === 'true', span: spanOf(token) }
    default:
      return { kind: 'cut', span: spanOf(token) }
  }
}

export const signed = (sign: Token, token: Token): NumberLiteral =>
  numberLiteral(token, sign.text === '-', join(sign, token))
