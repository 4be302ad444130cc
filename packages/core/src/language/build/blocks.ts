import type { Declaration, Entry, Name, ResourceBlock, ShorthandRule, StringLiteral } from '../ast.js'
import { join } from '../source.js'
import { spanOf, type Token } from '../token.js'
import { name, stringLiteral } from './atoms.js'
import { type Cons, toArray } from './list.js'

export const blockHeader = (one: Token, two: Token, open?: Token): Pick<ResourceBlock, 'keyword' | 'name'> =>
  open ? { keyword: name(one), name: name(two) } : { keyword: undefined, name: name(one) }
export const firstString = (token: Token): Cons<StringLiteral> => ({ previous: undefined, last: stringLiteral(token) })
export const nextString = (previous: Cons<StringLiteral>, _comma: Token, token: Token): Cons<StringLiteral> => ({
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
export const noNames = (token: Token, _equals: Token, open: Token, close: Token, end: Token): Declaration =>
  namesOf(token, undefined, open, close, end)
export const names = (
  token: Token,
  _equals: Token,
  open: Token,
  list: Cons<StringLiteral>,
  close: Token,
  end: Token,
): Declaration => namesOf(token, list, open, close, end)

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
export const noRelations = (token: Token, _equals: Token, open: Token, close: Token, end: Token): Declaration =>
  relationsOf(token, undefined, open, close, end)
export const relations = (
  token: Token,
  _equals: Token,
  open: Token,
  list: Cons<Entry<Name>>,
  close: Token,
  end: Token,
): Declaration => relationsOf(token, list, open, close, end)
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

export const shorthand = (head: Token, _if: Token, implier: Token, end: Token): ShorthandRule => ({
  kind: 'shorthand rule',
  head: stringLiteral(head),
  implier: stringLiteral(implier),
  on: undefined,
  span: join(head, end),
})
export const shorthandOn = (
  head: Token,
  _if: Token,
  implier: Token,
  keyword: Token,
  relation: Token,
  end: Token,
): ShorthandRule => ({
  kind: 'shorthand rule',
  head: stringLiteral(head),
  implier: stringLiteral(implier),
  on: { keyword: name(keyword), relation: stringLiteral(relation) },
  span: join(head, end),
})
