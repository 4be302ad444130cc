import type { Span } from '@arcturus/core/internal/sql'
import { refuse } from '../refusal.js'
import type { SqlColumn } from '../tables.js'

/**
 * Refuses a column that the database compares differently from JavaScript.
 * @throws UnsupportedFilterError always
 */
export function refuseType({ name, type }: SqlColumn, span: Span): never {
  const what = type.kind === 'other' || type.kind === 'form' ? type.name : type.kind === 'float' ? 'real' : type.kind
  return refuse(
    'column-type',
    `The column "${name}" has the type ${what}, which the database compares differently from JavaScript.`,
    span,
  )
}

export function refuseMixture({ name }: SqlColumn, span: Span): never {
  return refuse('mixed-types', `The column "${name}" is compared with a value of another type.`, span)
}

export function refuseInfinite(span: Span): never {
  return refuse('column-type', 'The database cannot compare this column with an infinite number.', span)
}
