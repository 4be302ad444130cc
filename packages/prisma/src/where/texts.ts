import type { Span } from '@arcturus/core'
import type { Dialect } from './dialect.js'
import { refuse } from './refusal.js'
import { type ColumnTest, within } from './test.js'

export type TextOperator = 'startsWith' | 'endsWith' | 'includes'

/** A text operator with the part that is looked for. @throws UnsupportedFilterError where no `where` says just that. */
export function textTest(operator: TextOperator, part: string, dialect: Dialect, span: Span): ColumnTest {
  if (!isStorable(part))
    refuse('text-pattern', 'The text that is looked for has a character that databases do not keep.', span)
  if (operator === 'startsWith' && dialect.textOrder && dialect.textEquality && dialect.like !== 'escaped') {
    // LIKE would ignore the case of letters; a range does not, and an index serves it.
    return part === '' ? 'always' : within(part, successor(part))
  }
  return contained(operator, pattern(operator, part, dialect, span))
}

function contained(operator: TextOperator, part: string): ColumnTest {
  if (part === '') return 'always'
  const name = operator === 'includes' ? 'contains' : operator
  return { yes: [{ [name]: part }], no: [{ not: { [name]: part } }] }
}

function pattern(operator: TextOperator, part: string, dialect: Dialect, span: Span): string {
  switch (dialect.like) {
    case 'escaped':
      if (!dialect.textEquality) refuseCollation(dialect, span)
      return part.replace(/[\\%_]/g, '\\$&')
    case 'folding':
      if (/[A-Za-z%_]/.test(part)) {
        refuse(
          'text-pattern',
          `SQLite can't look for "${part}" by ${operator} exactly: it ignores the case of letters, and "%" and "_" can't be escaped.`,
          span,
        )
      }
      return part
    case undefined:
      return refuse('text-pattern', `On ${dialect.provider}, ${operator} can't be asked exactly.`, span)
  }
}

export function refuseCollation(dialect: Dialect, span: Span): never {
  return refuse(
    'collation',
    `On ${dialect.provider} the collation of the column decides this comparison of texts, and it may ignore case or accents.`,
    span,
    'declare the columns with a collation by code point and say so: prismaAuthorization(authorizer, schema, { acceptCollation: true })',
  )
}

/** The first text after all that begin with `prefix`, by code point; undefined where there is none. */
export function successor(prefix: string): string | undefined {
  const points = [...prefix]
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0)!
    if (point === 0x10ffff) continue
    // Half a pair of UTF-16 is no character.
    return points.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1)
  }
  return undefined
}

/** Whether a database can hold the text as it is: no zero character, no half of a pair. */
export function isStorable(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text)
}
