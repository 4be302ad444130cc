import type { Definite, Path } from '../../condition/condition.js'

/**
 * Returns the values that a path is compared with, if they can be in a list: nil needs another
 * test.
 */
export function listOf(condition: Definite): { readonly item: Path; readonly values: readonly unknown[] } | undefined {
  if (condition.kind === 'in') {
    const { item, list } = condition
    return item.kind === 'path' && list.kind === 'value' && Array.isArray(list.value) && list.value.every(isListable)
      ? { item, values: list.value }
      : undefined
  }
  if (condition.kind !== 'compare' || condition.operator !== '=') return undefined
  for (const [path, value] of [
    [condition.left, condition.right],
    [condition.right, condition.left],
  ] as const) {
    if (path.kind === 'path' && value.kind === 'value' && isListable(value.value))
      return { item: path, values: [value.value] }
  }
  return undefined
}

function isListable(value: unknown): boolean {
  return value instanceof Date || (value !== null && value !== undefined && typeof value !== 'object')
}
