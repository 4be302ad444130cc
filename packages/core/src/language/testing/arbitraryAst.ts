import fc from 'fast-check'
import type {
  ArithmeticOperator,
  ComparisonOperator,
  Declaration,
  Entry,
  Expression,
  File,
  Name,
  Parameter,
  Pattern,
  ResourceBlock,
  ShorthandRule,
  Statement,
  StringLiteral,
  Variable,
} from '../ast.js'
import { Source, type Span } from '../source.js'
import { isName, KEY_WORDS } from '../words.js'

const span: Span = { source: new Source(''), start: 0, end: 0 }

const word: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      'x',
      'y',
      'actor',
      'resource',
      'on',
      'roles',
      '_',
      '_x',
      'User',
      'app::Model',
      'empty?',
      'été',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }).filter(isName) },
)
const keyWord: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: word },
  { weight: 1, arbitrary: fc.constantFrom(...KEY_WORDS) },
)
const text: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('read', 'a\n"b"\\\t\0\r', ''),
  fc.string({ unit: 'binary', maxLength: 8 }),
)

const variable: fc.Arbitrary<Variable> = word.map((name) => ({ kind: 'variable', name, span }))
const name: fc.Arbitrary<Name> = word.map((name) => ({ kind: 'name', name, span }))
const string: fc.Arbitrary<StringLiteral> = text.map((value) => ({ kind: 'string', value, span }))
const boolean: fc.Arbitrary<Expression> = fc.boolean().map((value) => ({ kind: 'boolean', value, span }))
const number: fc.Arbitrary<Expression> = fc.oneof(
  fc
    .maxSafeInteger()
    .map((value): Expression => ({ kind: 'number', value: value === 0 ? 0 : value, float: false, span })),
  fc
    .bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n })
    .chain((value) => fc.constantFrom(value, -value))
    .map((value): Expression => ({ kind: 'number', value, float: false, span })),
  fc.double().map((value): Expression => ({ kind: 'number', value, float: true, span })),
)
const scalar: fc.Arbitrary<Expression> = fc.oneof(number, string, boolean)

/** Entries with different keys. */
function entries<V>(value: fc.Arbitrary<V>): fc.Arbitrary<readonly Entry<V>[]> {
  const entry = fc.record({ key: keyWord, value, span: fc.constant(span) })
  return fc.uniqueArray(entry, { maxLength: 3, selector: ({ key }) => key })
}
const rest: fc.Arbitrary<Variable | undefined> = fc.option(variable, { nil: undefined })

// (A type alias: fast-check needs an implicit index signature.)
type Terms = {
  value: Expression
  condition: Expression
  call: Extract<Expression, { kind: 'call' }>
  inner: Pattern
  pattern: Pattern
}
const depth = { depthSize: 'small', withCrossShrink: true } as const

/**
 * Valid expressions and patterns: values in places for values, conditions in places for conditions.
 */
const terms = fc.letrec<Terms>((tie) => {
  const value: fc.Arbitrary<Expression> = tie('value')
  const condition: fc.Arbitrary<Expression> = tie('condition')
  const inner: fc.Arbitrary<Pattern> = tie('inner')
  const pattern: fc.Arbitrary<Pattern> = tie('pattern')
  const make = <P extends object>(parts: { [K in keyof P]: fc.Arbitrary<P[K]> }): fc.Arbitrary<P & { span: Span }> =>
    fc.record(parts).map((made) => ({ ...(made as P), span }))
  const kind = <K extends string>(name: K): fc.Arbitrary<K> => fc.constant(name)
  const call = make({
    kind: kind('call'),
    name: word,
    args: fc.array(value, { maxLength: 3 }),
    keywords: entries(value),
  })
  const method = make({
    kind: kind('call'),
    name: keyWord,
    args: fc.array(value, { maxLength: 2 }),
    keywords: entries(value),
  })
  const dot = make({ kind: kind('dot'), object: value, member: fc.oneof(string, variable, method) })
  const either: fc.Arbitrary<Expression> = fc.oneof(depth, variable, boolean, dot)
  const comparison = fc.constantFrom<ComparisonOperator>('==', '!=', '<', '<=', '>', '>=')
  const arithmetic = fc.constantFrom<ArithmeticOperator>('+', '-', '*', '/', 'mod', 'rem')
  const operands = fc.array(condition, { minLength: 2, maxLength: 4 })
  const fields = entries(inner)
  return {
    value: fc.oneof(
      depth,
      either,
      scalar,
      make({ kind: kind('list'), elements: fc.array(value, { maxLength: 3 }), rest }),
      make({ kind: kind('dictionary'), entries: entries(value) }),
      make({ kind: kind('new'), call }),
      make({ kind: kind('arithmetic'), operator: arithmetic, left: value, right: value }),
    ),
    condition: fc.oneof(
      depth,
      either,
      make({ kind: kind('cut') }),
      call,
      make({ kind: kind('unify'), left: value, right: value }),
      make({ kind: kind('assign'), left: variable, right: value }),
      make({ kind: kind('compare'), operator: comparison, left: value, right: value }),
      make({ kind: kind('in'), item: value, collection: value }),
      make({ kind: kind('matches'), value, pattern }),
      make({ kind: kind('not'), operand: condition }),
      make({ kind: kind('and'), operands }),
      make({ kind: kind('or'), operands }),
      make({ kind: kind('forall'), condition, action: condition }),
      make({ kind: fc.constantFrom('print' as const, 'debug' as const), args: fc.array(value, { maxLength: 2 }) }),
    ),
    call,
    inner: fc.oneof(
      depth,
      value,
      make({ kind: kind('class pattern'), tag: word, fields }),
      make({ kind: kind('dictionary pattern'), fields }),
      make({ kind: kind('list pattern'), elements: fc.array(inner, { maxLength: 3 }), rest }),
    ),
    pattern: fc.oneof(
      depth,
      scalar,
      make({ kind: kind('class pattern'), tag: word, fields: fc.option(fields, { nil: undefined }) }),
      make({ kind: kind('dictionary pattern'), fields }),
      make({ kind: kind('list pattern'), elements: fc.array(inner, { maxLength: 3 }), rest }),
    ),
  }
})

const parameter: fc.Arbitrary<Parameter> = fc.oneof(
  terms.value.map((term): Parameter => ({ kind: 'parameter', term, pattern: undefined, span })),
  fc.tuple(variable, terms.pattern).map(([term, pattern]): Parameter => ({ kind: 'parameter', term, pattern, span })),
)
const parameters = fc.array(parameter, { maxLength: 3 })

const declaration: fc.Arbitrary<Declaration> = fc
  .tuple(
    name,
    fc.oneof(
      fc.array(string, { maxLength: 3 }).map((names) => ({ kind: 'names' as const, names, span })),
      entries(name).map((relations) => ({ kind: 'relations' as const, relations, span })),
    ),
  )
  .map(([name, value]) => ({ kind: 'declaration', name, value, span }))
const shorthand: fc.Arbitrary<ShorthandRule> = fc
  .tuple(string, string, fc.option(fc.record({ keyword: name, relation: string }), { nil: undefined }))
  .map(([head, implier, on]) => ({ kind: 'shorthand rule', head, implier, on, span }))
const block: fc.Arbitrary<ResourceBlock> = fc
  .tuple(fc.option(name, { nil: undefined }), name, fc.array(fc.oneof(declaration, shorthand), { maxLength: 4 }))
  .map(([keyword, name, productions]) => ({ kind: 'resource block', keyword, name, productions, span }))

const statement: fc.Arbitrary<Statement> = fc.oneof(
  fc
    .tuple(word, parameters, fc.option(fc.oneof(terms.condition, terms.value), { nil: undefined }))
    .map(([name, parameters, body]): Statement => ({ kind: 'rule', name, parameters, body, head: span, span })),
  fc.tuple(word, parameters).map(([name, parameters]): Statement => ({ kind: 'rule type', name, parameters, span })),
  terms.condition.map((query): Statement => ({ kind: 'inline query', query, span })),
  block,
)

/** Conditions and values, both of which a query can be. */
export const arbitraryExpression: fc.Arbitrary<Expression> = fc.oneof(terms.condition, terms.value)

/** Valid policies, with meaningless spans. */
export const arbitraryFile: fc.Arbitrary<File> = fc
  .array(statement, { maxLength: 4 })
  .map((statements) => ({ kind: 'file', statements, span }))
