import type { Span } from '@arcturus/core'
import { isStorable, successor } from '@arcturus/core/sql'
import type { PrismaColumn } from '../schema/schema.js'
import type { Dialect } from './dialect.js'
import { refuse } from './refusal.js'
import { type ColumnTest, type Order, ordered, within } from './test.js'

export type TextOperator = 'startsWith' | 'endsWith' | 'includes'

/** A text operator with the part that is looked for. @throws UnsupportedFilterError where no `where` says just that. */
export function textTest(
  operator: TextOperator,
  part: string,
  column: PrismaColumn,
  dialect: Dialect,
  span: Span,
): ColumnTest {
  if (!isStorable(part))
    refuse('text-pattern', 'The text that is looked for has a character that databases do not keep.', span)
  if (operator === 'startsWith' && dialect.textOrder && dialect.textEquality && dialect.like !== 'escaped') {
    // LIKE would ignore the case of letters; a range does not, and an index serves it.
    return part === '' ? 'always' : within(part, successor(part))
  }
  return contained(operator, pattern(operator, part, column, dialect, span))
}

/**
 * The texts that are read as one: itself, and all that begin with it and a zero character. Of a key or a reference the others are
 * left out where one is looked for, so that its index finds it; never where others than it are looked for.
 */
export function cutEquals(text: string, { identifies }: Dialect): ColumnTest {
  const behind = `${text}\u0001`
  return {
    yes: identifies ? [{ equals: text }] : [{ gte: text, lt: behind }],
    no: [{ lt: text }, { gte: behind }],
  }
}

/** A text is read only up to its first zero character: what begins with another one and such a character is that one. */
export function cutOrder(order: Order, text: string): ColumnTest {
  const behind = `${text}\u0001`
  if (order === '>') return ordered('>=', behind)
  return order === '<=' ? ordered('<', behind) : ordered(order, text)
}

/** How many parts of a text are asked for. */
const maxParts = 300

/** The parts of a text that an operator finds in it; undefined where they are too many. */
export function partsOf(text: string, operator: TextOperator): readonly string[] | undefined {
  const ends = Array.from({ length: text.length + 1 }, (_, at) => at)
  if (operator === 'includes' && (text.length * (text.length + 1)) / 2 >= maxParts) return undefined
  const parts =
    operator === 'startsWith'
      ? ends.map((end) => text.slice(0, end))
      : operator === 'endsWith'
        ? ends.map((start) => text.slice(start))
        : ends.flatMap((start) => ends.slice(start).map((end) => text.slice(start, end)))
  const found = new Set(parts)
  return found.size > maxParts ? undefined : [...found]
}

function contained(operator: TextOperator, part: string): ColumnTest {
  if (part === '') return 'always'
  const name = operator === 'includes' ? 'contains' : operator
  return { yes: [{ [name]: part }], no: [{ not: { [name]: part } }] }
}

function pattern(operator: TextOperator, part: string, column: PrismaColumn, dialect: Dialect, span: Span): string {
  switch (dialect.like) {
    case 'escaped':
      if (!dialect.textEquality) refuseCollation(dialect, column, span)
      return part.replace(/[\\%_]/g, '\\$&')
    case 'folding':
      if (/[A-Za-z%_]/.test(part)) {
        refuse(
          'text-pattern',
          `SQLite can't look for "${part}" by ${operator} exactly: it ignores the case of letters, and "%" and "_" can't be escaped.`,
          span,
        )
      }
      // LIKE reads texts up to a zero character.
      if (!dialect.cutsTexts)
        refuse('text-pattern', `SQLite can't look for "${part}" by ${operator} behind a zero character.`, span)
      return part
    case undefined:
      return refuse('text-pattern', `On ${dialect.provider}, ${operator} can't be asked exactly.`, span)
  }
}

export function refuseCollation({ provider }: Dialect, { name }: PrismaColumn, span: Span): never {
  return refuse(
    'collation',
    `On ${provider} the collation of the column "${name}" decides this comparison of texts, and it may ignore case or accents.`,
    span,
    'declare the columns with a collation by code point and say so: prismaAuthorization(authorizer, schema, { acceptCollation: true })',
  )
}
