import type { Pattern } from '../ast.js'
import { type Chain, type Group, join, type Negation, type Raw, resolve } from '../operators.js'
import type { Token } from '../token.js'
import { variable } from './atoms.js'

export const chain = ([left, operator, right]: readonly [Raw, Token, Raw | Pattern]): Chain => ({
  kind: 'chain',
  left,
  operator,
  right,
})
export const assignment = ([token, operator, right]: readonly [Token, Token, Raw]): Chain => ({
  kind: 'chain',
  left: variable(token),
  operator,
  right,
})
export const not = ([operator, operand]: readonly [Token, Raw]): Negation => ({ kind: 'negation', operator, operand })
export const group = ([open, inner, close]: readonly [Token, Raw, Token]): Group => ({
  kind: 'group',
  inner: resolve(inner),
  span: join(open, close),
})
