import type { Root } from '../../condition/condition.js'
import { entryOf } from '../../values/entryOf.js'
import type { Way } from './ways.js'

/**
 * Returns a text that is equal for two ways with the same hops and condition, whatever their rows
 * are called.
 * @param values - Numbers the values seen so far; extended by the call.
 */
export function wayKey({ hops, where, to }: Way<unknown>, first: Root, values: Map<unknown, number>): string {
  const roots = new Map<unknown, number>([[first, 0]])
  return JSON.stringify({ hops, where, to }, function (this: unknown, key, value: unknown) {
    if (key === 'span' || key === 'as') return undefined
    if (key === 'value' && isValue(this)) return numberOf(values, value)
    return isRoot(value) ? numberOf(roots, value) : value
  })
}

function numberOf(known: Map<unknown, number>, one: unknown): number {
  // A map takes the two zeros for one.
  return entryOf(known, Object.is(one, -0) ? '-0.0' : one, () => known.size)
}

function isValue(holder: unknown): boolean {
  return (holder as { readonly kind?: unknown }).kind === 'value'
}

function isRoot(value: unknown): value is Root {
  return typeof value === 'object' && value !== null && 'type' in value && 'model' in value
}
