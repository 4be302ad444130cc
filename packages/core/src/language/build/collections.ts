import type { Entry, Expression, Pattern, Variable } from '../ast.js'
import { join, type Raw, resolve } from '../operators.js'
import { spanOf, type Token } from '../token.js'
import { variable } from './atoms.js'
import { type RawEntry, toEntry } from './entries.js'
import { type Cons, toArray } from './list.js'

interface Elements<T> {
  readonly elements: readonly T[]
  readonly rest: Variable | undefined
  readonly close: Token
}
type Element = Expression | Pattern
export const noElements = ([close]: readonly [Token]): Elements<never> => ({ elements: [], rest: undefined, close })
export const restOnly = ([, token, close]: readonly [Token, Token, Token]): Elements<never> => ({
  elements: [],
  rest: variable(token),
  close,
})
export const elements = ([list, close]: readonly [Cons<Raw | Pattern>, Token]): Elements<Element> => ({
  elements: toArray(list, (raw) => resolve(raw)),
  rest: undefined,
  close,
})
export const elementsAndRest = ([list, , , token, close]: readonly [
  Cons<Raw | Pattern>,
  Token,
  Token,
  Token,
  Token,
]): Elements<Element> => ({
  elements: toArray(list, (raw) => resolve(raw)),
  rest: variable(token),
  close,
})
export const list = ([open, { elements, rest, close }]: readonly [Token, Elements<Expression>]): Expression => ({
  kind: 'list',
  elements,
  rest,
  span: join(open, close),
})
export const listPattern = ([open, { elements, rest, close }]: readonly [Token, Elements<Pattern>]): Pattern => ({
  kind: 'list pattern',
  elements,
  rest,
  span: join(open, close),
})

interface Entries {
  readonly entries: readonly Entry<Expression>[]
  readonly close: Token
}
export const noEntries = ([close]: readonly [Token]): Entries => ({ entries: [], close })
export const entries = ([list, close]: readonly [Cons<RawEntry>, Token]): Entries => ({
  entries: toArray(list, toEntry),
  close,
})
export const dictionary = ([open, { entries, close }]: readonly [Token, Entries]): Expression => ({
  kind: 'dictionary',
  entries,
  span: join(open, close),
})
export const dictionaryPattern = ([open, { entries, close }]: readonly [Token, Entries]): Pattern => ({
  kind: 'dictionary pattern',
  fields: entries,
  span: join(open, close),
})
export const classPattern = ([tag, , fields]: readonly [Token] | readonly [Token, Token, Entries]): Pattern => ({
  kind: 'class pattern',
  tag: tag.text,
  fields: fields?.entries,
  span: fields ? join(tag, fields.close) : spanOf(tag),
})
