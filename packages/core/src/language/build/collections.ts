import type { Entry, Expression, Pattern, Variable } from '../ast.js'
import { join } from '../source.js'
import { spanOf, type Token } from '../token.js'
import { variable } from './atoms.js'
import { type RawEntry, toEntry } from './entries.js'
import { type Cons, toArray } from './list.js'
import { bare, type Operand } from './operators.js'

interface Elements<T> {
  readonly elements: readonly T[]
  readonly rest: Variable | undefined
  readonly close: Token
}
type Element = Expression | Pattern
export const noElements = (close: Token): Elements<never> => ({ elements: [], rest: undefined, close })
export const restOnly = (_star: Token, token: Token, close: Token): Elements<never> => ({
  elements: [],
  rest: variable(token),
  close,
})
/** With a variable for the rest, three tokens are before the closing bracket: `, *rest]`. */
export const elements = (list: Cons<Operand | Pattern>, ...tokens: readonly Token[]): Elements<Element> => ({
  elements: toArray(list, (raw) => bare(raw)),
  rest: tokens[2] && variable(tokens[2]),
  close: tokens.at(-1)!,
})
export const list = (open: Token, { elements, rest, close }: Elements<Expression>): Expression => ({
  kind: 'list',
  elements,
  rest,
  span: join(open, close),
})
export const listPattern = (open: Token, { elements, rest, close }: Elements<Pattern>): Pattern => ({
  kind: 'list pattern',
  elements,
  rest,
  span: join(open, close),
})

interface Entries {
  readonly entries: readonly Entry<Expression>[]
  readonly close: Token
}
export const noEntries = (close: Token): Entries => ({ entries: [], close })
export const entries = (list: Cons<RawEntry>, close: Token): Entries => ({
  entries: toArray(list, toEntry),
  close,
})
export const dictionary = (open: Token, { entries, close }: Entries): Expression => ({
  kind: 'dictionary',
  entries,
  span: join(open, close),
})
export const dictionaryPattern = (open: Token, { entries, close }: Entries): Pattern => ({
  kind: 'dictionary pattern',
  fields: entries,
  span: join(open, close),
})
export const classPattern = (tag: Token, _open?: Token, fields?: Entries): Pattern => ({
  kind: 'class pattern',
  tag: tag.text,
  fields: fields?.entries,
  span: fields ? join(tag, fields.close) : spanOf(tag),
})
