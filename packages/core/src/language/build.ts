/**
 * What the grammar's productions become: each function takes the parts of one production. They run for every prefix that
 * could be the whole, so they do constant work until a token closes what they build.
 */
import type {
  Call,
  Declaration,
  Dot,
  Entry,
  Expression,
  InlineQuery,
  Name,
  New,
  NumberLiteral,
  Parameter,
  Pattern,
  ResourceBlock,
  Rule,
  RuleType,
  ShorthandRule,
  StringLiteral,
  Variable,
} from './ast.js'
import { type Chain, type Group, join, type Negation, type Raw, resolve } from './operators.js'
import type { Span } from './source.js'
import { contentsOf, spanOf, type Token } from './token.js'

/** A list while it grows at its end. */
interface Cons<T> {
  readonly previous: Cons<T> | undefined
  readonly last: T
}

function toArray<T, R>(list: Cons<T> | undefined, map: (item: T) => R): readonly R[] {
  const items: R[] = []
  for (let at = list; at; at = at.previous) items.push(map(at.last))
  return items.reverse()
}

export const first = <T>([last]: readonly [T]): Cons<T> => ({ previous: undefined, last })
export const next = <T>([previous, , last]: readonly [Cons<T>, Token, T]): Cons<T> => ({ previous, last })

// names and literals

const variable = (token: Token): Variable => ({ kind: 'variable', name: token.text, span: spanOf(token) })
const name = (token: Token): Name => ({ kind: 'name', name: token.text, span: spanOf(token) })
const stringLiteral = (token: Token): StringLiteral => ({
  kind: 'string',
  value: contentsOf(token),
  span: spanOf(token),
})

function numberLiteral(token: Token, negative: boolean, span: Span): NumberLiteral {
  const { text } = token
  if (!/^[0-9]+$/.test(text)) {
    const value = text === 'inf' ? Infinity : text === 'nan' ? NaN : Number(text)
    return { kind: 'number', value: negative ? -value : value, float: true, span }
  }
  const value = Number(text)
  if (Number.isSafeInteger(value))
    return { kind: 'number', value: negative && value !== 0 ? -value : value, float: false, span }
  return { kind: 'number', value: negative ? -BigInt(text) : BigInt(text), float: false, span }
}

export function atom([token]: readonly [Token]): Expression {
  switch (token.type) {
    case 'symbol':
      return variable(token)
    case 'string':
      return stringLiteral(token)
    case 'number':
      return numberLiteral(token, false, spanOf(token))
    case 'boolean':
      return { kind: 'boolean', value: token.text === 'true', span: spanOf(token) }
    default:
      return { kind: 'cut', span: spanOf(token) }
  }
}

export const signed = ([sign, token]: readonly [Token, Token]): NumberLiteral =>
  numberLiteral(token, sign.text === '-', join(sign, token))

// operators

export const chain = ([left, operator, right]: readonly [Raw, Token, Raw | Pattern]): Chain => ({
  kind: 'chain',
  left,
  operator,
  right,
})
export const assignment = ([token, operator, right]: readonly [Token, Token, Raw]): Chain => ({
  kind: 'chain',
  left: variable(token),
  operator,
  right,
})
export const not = ([operator, operand]: readonly [Token, Raw]): Negation => ({ kind: 'negation', operator, operand })
export const group = ([open, inner, close]: readonly [Token, Raw, Token]): Group => ({
  kind: 'group',
  inner: resolve(inner),
  span: join(open, close),
})

// calls and lookups

interface Arguments {
  readonly args: readonly Expression[]
  readonly keywords: readonly Entry<Expression>[]
  readonly close: Token
}

const expression = (raw: Raw): Expression => resolve(raw)

interface RawEntry {
  readonly key: Token
  readonly value: Raw | Pattern
}
const toEntry = ({ key, value }: RawEntry): Entry<Expression> => {
  // The grammar has no patterns among arguments and in dictionaries.
  const resolved = resolve(value) as Expression
  return { key: key.text, value: resolved, span: join(key, 'span' in value ? value.span : resolved.span) }
}
export const entry = ([key, , value]: readonly [Token, Token, Raw | Pattern]): RawEntry => ({ key, value })
export const sameNamedEntry = ([key]: readonly [Token]): RawEntry => ({ key, value: variable(key) })

export const noArguments = ([close]: readonly [Token]): Arguments => ({ args: [], keywords: [], close })
export const positional = (data: readonly [Cons<Raw>, ...Token[]]): Arguments => ({
  args: toArray(data[0], expression),
  keywords: [],
  close: data[data.length - 1] as Token,
})
export const keywords = ([list, close]: readonly [Cons<RawEntry>, Token]): Arguments => ({
  args: [],
  keywords: toArray(list, toEntry),
  close,
})
export const positionalAndKeywords = ([args, , list, close]: readonly [
  Cons<Raw>,
  Token,
  Cons<RawEntry>,
  Token,
]): Arguments => ({
  args: toArray(args, expression),
  keywords: toArray(list, toEntry),
  close,
})

function callOf(token: Token, { args, keywords, close }: Arguments): Call {
  return { kind: 'call', name: token.text, args, keywords, span: join(token, close) }
}
export const call = ([token, , args]: readonly [Token, Token, Arguments]): Call => callOf(token, args)
export const newInstance = ([keyword, token, , args]: readonly [Token, Token, Token, Arguments]): New => {
  const call = callOf(token, args)
  return { kind: 'new', call, span: join(keyword, call.span) }
}

interface Member {
  readonly member: Dot['member']
  readonly end: Span
}
export const field = ([token]: readonly [Token]): Member => ({
  member: { kind: 'string', value: token.text, span: spanOf(token) },
  end: token,
})
export const method = ([token, , args]: readonly [Token, Token, Arguments]): Member => ({
  member: callOf(token, args),
  end: args.close,
})
export const lookup = ([, token, close]: readonly [Token, Token, Token]): Member => ({
  member: token.type === 'string' ? stringLiteral(token) : variable(token),
  end: close,
})
export const dot = ([object, , { member, end }]: readonly [Expression | Group, Token, Member]): Dot => ({
  kind: 'dot',
  object: resolve(object),
  member,
  span: join(object.span, end),
})

export const forall = (data: readonly [Token, Token, Raw, Token, Raw, Token]): Expression => ({
  kind: 'forall',
  condition: resolve(data[2]),
  action: resolve(data[4]),
  span: join(data[0], data[5]),
})
export const printer = ([keyword, , { args, close }]: readonly [Token, Token, Arguments]): Expression => ({
  kind: keyword.text === 'print' ? 'print' : 'debug',
  args,
  span: join(keyword, close),
})

/**
 * `in(x, list)`, `.(object, "field")` and `new (Class(…))`, and the latter two with a last argument that is unified with
 * the result. Anything else in that form is no expression: the parser takes `fail` as a derivation that does not exist.
 */
export function prefix(
  [operator, , list, close]: readonly [Token, Token, Cons<Raw>, Token],
  _reference: number,
  fail: object,
): Expression | object {
  const span = join(operator, close)
  const [left, right, ...rest] = toArray(list, expression)
  if (!left) return fail
  if (operator.text === 'in')
    return right && rest.length === 0 ? { kind: 'in', item: left, collection: right, span } : fail
  let value: Expression
  let results: readonly (Expression | undefined)[]
  if (operator.text === 'new') {
    if (left.kind !== 'call') return fail
    value = { kind: 'new', call: left, span }
    results = [right, ...rest]
  } else {
    if (right?.kind !== 'string' && right?.kind !== 'variable' && right?.kind !== 'call') return fail
    value = { kind: 'dot', object: left, member: right, span }
    results = rest
  }
  const [result, ...more] = results
  if (more.length > 0) return fail
  return result ? { kind: 'unify', left: value, right: result, span } : value
}

// lists and dictionaries, as expressions and as patterns

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

// statements

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

// blocks

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
