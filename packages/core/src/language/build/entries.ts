import type { Entry, Expression, Pattern } from '../ast.js'
import { join } from '../source.js'
import type { Token } from '../token.js'
import { variable } from './atoms.js'
import { bare, type Operand } from './operators.js'

export interface RawEntry {
  readonly key: Token
  readonly value: Operand | Pattern
}
export const toEntry = ({ key, value }: RawEntry): Entry<Expression> => {
  // Sound: the grammar allows no patterns in arguments and dictionaries.
  const resolved = bare(value) as Expression
  return { key: key.text, value: resolved, span: join(key, 'span' in value ? value.span : resolved.span) }
}
export const entry = (key: Token, _colon: Token, value: Operand | Pattern): RawEntry => ({ key, value })
export const sameNamedEntry = (key: Token): RawEntry => ({ key, value: variable(key) })
