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

export const chain = (left: Raw, operator: Token, right: Unit | Pattern): Chain => ({
  kind: 'chain',
  left,
  operator,
  right,
})
export const assignment = (token: Token, operator: Token, right: Expression | Group): Assignment => ({
  kind: 'assignment',
  variable: variable(token),
  operator,
  right,
})
export const not = (operator: Token, operand: Unit): Negation => ({ kind: 'negation', operator, operand })
export const group = (open: Token, inner: Raw, close: Token): Group => ({
  kind: 'group',
  inner: resolve(inner),
  span: join(open, close),
})
