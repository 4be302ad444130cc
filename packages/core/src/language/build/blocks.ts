import type { Declaration, Entry, Name, ResourceBlock, ShorthandRule, StringLiteral } from '../ast.js'
import { join } from '../operators.js'
import { spanOf, type Token } from '../token.js'
import { name, stringLiteral } from './atoms.js'
import { type Cons, toArray } from './list.js'

export const blockHeader = (data: readonly Token[]): Pick<ResourceBlock, 'keyword' | 'name'> => {
  const [one, two] = data as readonly [Token, Token]
  return data.length === 2 ? { keyword: undefined, name: name(one) } : { keyword: name(one), name: name(two) }
}
export const firstString = ([token]: readonly [Token]): Cons<StringLiteral> => ({
  previous: undefined,
  last: stringLiteral(token),
})
export const nextString = ([previous, , token]: readonly [Cons<StringLiteral>, Token, Token]): Cons<StringLiteral> => ({
  previous,
  last: stringLiteral(token),
})

function namesOf(
  token: Token,
  list: Cons<StringLiteral> | undefined,
  open: Token,
  close: Token,
  end: Token,
): Declaration {
  const value = { kind: 'names', names: toArray(list, (one) => one), span: join(open, close) } as const
  return { kind: 'declaration', name: name(token), value, span: join(token, end) }
}
export const noNames = ([token, , open, close, end]: readonly [Token, Token, Token, Token, Token]): Declaration =>
  namesOf(token, undefined, open, close, end)
export const names = ([token, , open, list, close, end]: readonly [
  Token,
  Token,
  Token,
  Cons<StringLiteral>,
  Token,
  Token,
]): Declaration => namesOf(token, list, open, close, end)

function relationsOf(
  token: Token,
  list: Cons<Entry<Name>> | undefined,
  open: Token,
  close: Token,
  end: Token,
): Declaration {
  const value = {
    kind: 'relations',
    relations: toArray(list, (one) => one),
    span: join(open, close),
  } as const
  return { kind: 'declaration', name: name(token), value, span: join(token, end) }
}
export const noRelations = ([token, , open, close, end]: readonly [Token, Token, Token, Token, Token]): Declaration =>
  relationsOf(token, undefined, open, close, end)
export const relations = ([token, , open, list, close, end]: readonly [
  Token,
  Token,
  Token,
  Cons<Entry<Name>>,
  Token,
  Token,
]): Declaration => relationsOf(token, list, open, close, end)
export const relation = ([key, , value]: readonly [Token, Token, Token]): Entry<Name> => ({
  key: key.text,
  value: name(value),
  span: join(key, value),
})
export const sameNamedRelation = ([token]: readonly [Token]): Entry<Name> => ({
  key: token.text,
  value: name(token),
  span: spanOf(token),
})

export const shorthand = (data: readonly Token[]): ShorthandRule => {
  const [head, , implier, keyword, relation] = data as readonly [Token, Token, Token, Token, Token?]
  return {
    kind: 'shorthand rule',
    head: stringLiteral(head),
    implier: stringLiteral(implier),
    on: relation ? { keyword: name(keyword), relation: stringLiteral(relation) } : undefined,
    span: join(head, data[data.length - 1]!),
  }
}
