import type { Entry, Expression, Pattern, Variable } from '../ast.js'
import { join } from '../source.js'
import { spanOf, type Token } from '../token.js'
import { variable } from './atoms.js'
import { type RawEntry, toEntry } from './entries.js'
import { type Cons, toArray } from './list.js'
import { bare, type Operand } from './operators.js'

interface Elements {
  readonly elements: readonly Element[]
  readonly rest: Variable | undefined
  readonly close: Token
}
type Element = Expression | Pattern
export const noElements = (close: Token): Elements => ({ elements: [], rest: undefined, close })
export const restOnly = (_star: Token, token: Token, close: Token): Elements => ({
  elements: [],
  rest: variable(token),
  close,
})
/** With a variable for the rest, three tokens are before the closing bracket: `, *rest]`. */
export const elements = (list: Cons<Operand | Pattern>, ...tokens: readonly Token[]): Elements => ({
  elements: toArray(list, (raw) => bare(raw)),
  rest: tokens[2] && variable(tokens[2]),
  close: tokens.at(-1)!,
})

type Bracketed = (open: Token, parts: Elements) => Element

/** Returns the builder of a list in brackets. */
function bracketed(kind: 'list' | 'list pattern'): Bracketed {
  // Sound: only a list pattern has patterns as its elements.
  return (open, { elements, rest, close }) => ({ kind, elements, rest, span: join(open, close) }) as Element
}
export const list: Bracketed = bracketed('list')
export const listPattern: Bracketed = bracketed('list pattern')

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
