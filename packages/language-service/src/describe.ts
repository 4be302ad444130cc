import type { Field, Rule, Span } from '@arcturus/core/internal/language-service'

/** Returns a field's type: `string?`, `enum "LOW" | "HIGH"`, `many Document`. */
export function describeField(field: Field): string {
  if (field.kind === 'relation')
    return field.many ? `many ${field.model}` : `${field.model}${field.nullable ? '?' : ''}`
  const { type, values, list, nullable } = field
  const base = values ? `${type} ${values.map((value) => JSON.stringify(value)).join(' | ')}` : type
  return `${base}${list ? '[]' : ''}${nullable ? '?' : ''}`
}

/** Returns the text of a span on one line. */
export function lineOf({ source, start, end }: Span): string {
  return source.text.slice(start, end).split(/\s+/).join(' ')
}

/** Returns the head of a rule as it is written. */
export function headOf({ head }: Rule): string {
  return lineOf(head)
}
