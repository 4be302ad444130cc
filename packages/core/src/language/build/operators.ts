import type { Expression, Pattern } from '../ast.js'
import {
  type Assignment,
  type Chain,
  type Group,
  join,
  type Negation,
  type Raw,
  resolve,
  type Unit,
} from '../operators.js'
import type { Token } from '../token.js'
import { variable } from './atoms.js'

export const chain = ([left, operator, right]: readonly [Raw, Token, Unit | Pattern]): Chain => ({
  kind: 'chain',
  left,
  operator,
  right,
})
export const assignment = ([token, operator, right]: readonly [Token, Token, Expression | Group]): Assignment => ({
  kind: 'assignment',
  variable: variable(token),
  operator,
  right,
})
export const not = ([operator, operand]: readonly [Token, Unit]): Negation => ({ kind: 'negation', operator, operand })
export const group = ([open, inner, close]: readonly [Token, Raw, Token]): Group => ({
  kind: 'group',
  inner: resolve(inner),
  span: join(open, close),
})
