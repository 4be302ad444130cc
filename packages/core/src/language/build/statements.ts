import type { InlineQuery, Parameter, Pattern, Rule, RuleType } from '../ast.js'
import { join, type Span } from '../source.js'
import type { Token } from '../token.js'
import { variable } from './atoms.js'
import { type Cons, toArray } from './list.js'
import { bare, type Operand } from './operators.js'

interface Head {
  readonly name: string
  readonly parameters: readonly Parameter[]
  readonly head: Span
}
interface RawParameter {
  readonly term: Operand
  readonly pattern: Pattern | undefined
}
export const parameter = (term: Operand): RawParameter => ({ term, pattern: undefined })
export const specializedParameter = (token: Token, _colon: Token, pattern: Pattern): RawParameter => ({
  term: variable(token),
  pattern,
})
const toParameter = ({ term, pattern }: RawParameter): Parameter => {
  const resolved = bare(term)
  return {
    kind: 'parameter',
    term: resolved,
    pattern,
    span: pattern ? join(resolved.span, pattern.span) : resolved.span,
  }
}
/** The list is missing if it is empty; the parentheses can close after a comma. */
export const head = (token: Token, _open: Token, ...rest: readonly (Cons<RawParameter> | Token)[]): Head => ({
  name: token.text,
  parameters: toArray(rest.length > 1 ? (rest[0] as Cons<RawParameter>) : undefined, toParameter),
  head: join(token, rest.at(-1) as Token),
})
export const rule = (
  { name, parameters, head }: Head,
  ...rest: readonly [end: Token] | readonly [word: Token, body: Operand, end: Token]
): Rule => ({
  kind: 'rule',
  name,
  parameters,
  body: rest.length === 3 ? bare(rest[1]) : undefined,
  head,
  span: join(head, rest.at(-1) as Token),
})
export const ruleType = (keyword: Token, { name, parameters }: Head, end: Token): RuleType => ({
  kind: 'rule type',
  name,
  parameters,
  span: join(keyword, end),
})
export const inlineQuery = (keyword: Token, query: Operand, end: Token): InlineQuery => ({
  kind: 'inline query',
  query: bare(query),
  span: join(keyword, end),
})
