import type { Span } from '@arcturus/core'
import { type Order, successor, type TextOperator } from '@arcturus/sql/internal/prisma'
import type { Dialect } from '../database/dialect.js'
import { refuse } from '../refusal.js'
import type { PrismaColumn } from '../schema/schema.js'
import { type ColumnTest, ordered, within } from './test.js'

/**
 * Returns the test for texts that contain a part, which is not empty.
 * @throws UnsupportedFilterError if no exact `where` exists
 */
export function textTest(
  operator: TextOperator,
  part: string,
  column: PrismaColumn,
  dialect: Dialect,
  span: Span,
): ColumnTest {
  // LIKE would ignore the case of letters. A range respects it, and an index serves it.
  if (operator === 'startsWith' && dialect.textOrder && dialect.textEquality && dialect.like !== 'escaped')
    return within(part, successor(part))
  const name = operator === 'includes' ? 'contains' : operator
  const searched = pattern(operator, part, column, dialect, span)
  return { yes: [{ [name]: searched }], no: [{ not: { [name]: searched } }] }
}

/**
 * Returns the test for all stored texts that are read as one text: the text itself, and all that
 * begin with it and a zero character. For a key or a reference, `yes` contains only the text
 * itself, so that an index finds it. `no` always excludes all of them.
 */
export function cutEquals(text: string, { identifies }: Dialect): ColumnTest {
  const behind = `${text}\u0001`
  return {
    yes: identifies ? [{ equals: text }] : [{ gte: text, lt: behind }],
    no: [{ lt: text }, { gte: behind }],
  }
}

/**
 * Returns the order of texts that are read only up to their first zero character. A stored text
 * that begins with `text` and a zero character is read as `text`.
 */
export function cutOrder(order: Order, text: string): ColumnTest {
  const behind = `${text}\u0001`
  if (order === '>') return ordered('>=', behind)
  return order === '<=' ? ordered('<', behind) : ordered(order, text)
}

/** The maximum number of parts of a text that are searched. */
const maxParts = 300

/** Returns the parts of a text that an operator finds in it; undefined if there are too many. */
export function substringsOf(text: string, operator: TextOperator): readonly string[] | undefined {
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

function pattern(operator: TextOperator, part: string, column: PrismaColumn, dialect: Dialect, span: Span): string {
  switch (dialect.like) {
    case 'escaped':
      if (!dialect.textEquality) refuseCollation(dialect, column, span)
      return part.replace(/[\\%_]/g, '\\$&')
    case 'folding':
      if (/[A-Za-z%_]/.test(part)) {
        refuse(
          'text-pattern',
          `SQLite cannot search for "${part}" by ${operator} exactly: it ignores case, and Prisma cannot escape "%" and "_".`,
          span,
        )
      }
      // LIKE reads texts up to a zero character.
      if (!dialect.cutsTexts)
        refuse(
          'text-pattern',
          `SQLite cannot search for "${part}" by ${operator}: it does not look behind the character U+0000.`,
          span,
        )
      return part
    case undefined:
      return refuse('text-pattern', `${dialect.provider} has no exact form of ${operator}.`, span)
  }
}

export function refuseCollation({ provider }: Dialect, { name }: PrismaColumn, span: Span): never {
  return refuse(
    'collation',
    `On ${provider} the collation of the column "${name}" decides this comparison, and it may ignore case or accents.`,
    span,
    'give the column a collation that compares code points, and accept it: prismaAuthorization(authorizer, client, { acceptCollation: true })',
  )
}
