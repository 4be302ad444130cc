import type { Declaration, Entry, Name, ResourceBlock, ShorthandRule } from '../ast.js'
import { join } from '../source.js'
import { spanOf, type Token } from '../token.js'
import { name, stringLiteral } from './atoms.js'
import { type Cons, toArray } from './list.js'

export const blockHeader = (one: Token, two: Token, open?: Token): Pick<ResourceBlock, 'keyword' | 'name'> =>
  open ? { keyword: name(one), name: name(two) } : { keyword: undefined, name: name(one) }

/** What is behind the opening bracket of a declaration: a list, which is missing if it is empty, `]` or `}`, and `;`. */
type Rest<T> = readonly [Token, Token] | readonly [Cons<T>, Token, Token]

export const names = (token: Token, _equals: Token, open: Token, ...rest: Rest<Token>): Declaration =>
  declaration(token, open, rest, (list) => ({ kind: 'names', names: toArray(list, stringLiteral) }))
export const relations = (token: Token, _equals: Token, open: Token, ...rest: Rest<Entry<Name>>): Declaration =>
  declaration(token, open, rest, (list) => ({ kind: 'relations', relations: toArray(list, (one) => one) }))

function declaration<T>(
  token: Token,
  open: Token,
  rest: Rest<T>,
  make: (list: Cons<T> | undefined) => Without<Declaration['value'], 'span'>,
): Declaration {
  const [list, close, end] = rest.length === 2 ? [undefined, ...rest] : rest
  const value = { ...make(list), span: join(open, close) }
  return { kind: 'declaration', name: name(token), value, span: join(token, end) }
}
type Without<T, Key extends keyof T> = T extends unknown ? Omit<T, Key> : never

export const relation = (key: Token, _colon: Token, value: Token): Entry<Name> => ({
  key: key.text,
  value: name(value),
  span: join(key, value),
})
export const sameNamedRelation = (token: Token): Entry<Name> => ({
  key: token.text,
  value: name(token),
  span: spanOf(token),
})

/** `"head" if "implier";`, with or without a word and a relation before the semicolon. */
export const shorthand = (
  head: Token,
  _if: Token,
  implier: Token,
  ...rest: readonly [Token] | readonly [Token, Token, Token]
): ShorthandRule => ({
  kind: 'shorthand rule',
  head: stringLiteral(head),
  implier: stringLiteral(implier),
  on: rest.length === 3 ? { keyword: name(rest[0]), relation: stringLiteral(rest[1]) } : undefined,
  span: join(head, rest.at(-1)!),
})
