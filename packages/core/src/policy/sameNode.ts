import type { Entry, Expression, Pattern } from '../language/ast.js'

/**
 * Returns whether two patterns or values without operators are written alike, regardless of their
 * place.
 * Numbers are compared by value (`1` is `1.0`); `_` never equals another `_`.
 */
export function sameNode(one: Pattern, other: Pattern): boolean {
  switch (one.kind) {
    case 'number':
      // Not `===`, as one can be a bigint and the other not.
      return other.kind === 'number' && one.value <= other.value && one.value >= other.value
    case 'string':
    case 'boolean':
      return other.kind === one.kind && other.value === one.value
    case 'variable':
      return other.kind === 'variable' && other.name === one.name && one.name !== '_'
    case 'list':
    case 'list pattern':
      return (
        (other.kind === 'list' || other.kind === 'list pattern') &&
        one.elements.length === other.elements.length &&
        one.rest?.name === other.rest?.name &&
        one.elements.every((element, index) => sameNode(element, other.elements[index]!))
      )
    case 'dictionary':
      return other.kind === 'dictionary' && sameEntries(one.entries, other.entries)
    case 'dictionary pattern':
      return other.kind === 'dictionary pattern' && sameEntries(one.fields, other.fields)
    case 'class pattern':
      return (
        other.kind === 'class pattern' && one.tag === other.tag && sameEntries(one.fields ?? [], other.fields ?? [])
      )
    default:
      return false
  }
}

/** Returns whether entries contain all of `wanted`, with the same values. */
export function hasEntries(entries: readonly Entry<Pattern>[], wanted: readonly Entry<Pattern>[]): boolean {
  if (wanted.length === 0) return true
  const byKey = new Map(entries.map(({ key, value }) => [key, value]))
  return wanted.every(({ key, value }) => {
    const own = byKey.get(key)
    return own !== undefined && sameNode(own, value)
  })
}

function sameEntries(
  some: readonly Entry<Expression | Pattern>[],
  others: readonly Entry<Expression | Pattern>[],
): boolean {
  return some.length === others.length && hasEntries(some, others)
}
