import type { InlineQuery, Parameter, Pattern, Rule, RuleType } from '../ast.js'
import { join, type Raw, resolve } from '../operators.js'
import type { Span } from '../source.js'
import type { Token } from '../token.js'
import { variable } from './atoms.js'
import { type Cons, toArray } from './list.js'

interface Head {
  readonly name: string
  readonly parameters: readonly Parameter[]
  readonly head: Span
}
interface RawParameter {
  readonly term: Raw
  readonly pattern: Pattern | undefined
}
export const parameter = ([term]: readonly [Raw]): RawParameter => ({ term, pattern: undefined })
export const specializedParameter = ([token, , pattern]: readonly [Token, Token, Pattern]): RawParameter => ({
  term: variable(token),
  pattern,
})
const toParameter = ({ term, pattern }: RawParameter): Parameter => {
  const resolved = resolve(term)
  return {
    kind: 'parameter',
    term: resolved,
    pattern,
    span: pattern ? join(resolved.span, pattern.span) : resolved.span,
  }
}
export const emptyHead = ([token, , close]: readonly [Token, Token, Token]): Head => ({
  name: token.text,
  parameters: [],
  head: join(token, close),
})
export const head = (data: readonly [Token, Token, Cons<RawParameter>, ...Token[]]): Head => ({
  name: data[0].text,
  parameters: toArray(data[2], toParameter),
  head: join(data[0], data[data.length - 1] as Token),
})
export const fact = ([{ name, parameters, head }, end]: readonly [Head, Token]): Rule => ({
  kind: 'rule',
  name,
  parameters,
  body: undefined,
  head,
  span: join(head, end),
})
export const rule = ([{ name, parameters, head }, , body, end]: readonly [Head, Token, Raw, Token]): Rule => ({
  kind: 'rule',
  name,
  parameters,
  body: resolve(body),
  head,
  span: join(head, end),
})
export const ruleType = ([keyword, { name, parameters }, end]: readonly [Token, Head, Token]): RuleType => ({
  kind: 'rule type',
  name,
  parameters,
  span: join(keyword, end),
})
export const inlineQuery = ([keyword, query, end]: readonly [Token, Raw, Token]): InlineQuery => ({
  kind: 'inline query',
  query: resolve(query),
  span: join(keyword, end),
})
