import type { Source } from '../language/source.js'
import type { Snapshot } from '../policy/buildPolicy.js'

/** The name of the property that marks a number that JSON can't represent, such as a bigint. */
const NUMBER = '$number'

/**
 * Returns a snapshot as JSON. The source of a span becomes its place in `sources`.
 * @returns undefined for a snapshot that JSON can't represent.
 */
export function snapshotText(snapshot: Snapshot, sources: readonly Source[]): string | undefined {
  const places = new Map<unknown, number>(sources.map((source, place) => [source, place]))
  let isExact = true
  const text = JSON.stringify(snapshot, (key, value: unknown) => {
    if (key === 'source') {
      const place = places.get(value)
      if (place === undefined) isExact = false
      return place
    }
    if (typeof value === 'bigint') return { [NUMBER]: `${value}n` }
    if (typeof value === 'number' && !Number.isFinite(value)) return { [NUMBER]: String(value) }
    if (typeof value !== 'object' || value === null) return value
    const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
    if (!isPlain || Object.hasOwn(value, NUMBER) || Object.hasOwn(value, '__proto__')) isExact = false
    return value
  })
  return isExact ? text : undefined
}

/**
 * Returns the snapshot of a text of `snapshotText`, with the spans of these sources.
 * @throws SyntaxError, RangeError or TypeError for another text.
 */
export function snapshotOf(text: string, sources: readonly Source[]): Snapshot {
  const restore = (value: object): void => {
    // Sound: the keys of any object.
    const parts = value as Record<string, unknown>
    for (const key in parts) {
      const part = parts[key]
      if (key === 'source') parts[key] = sourceAt(sources, part)
      else if (typeof part === 'object' && part !== null) {
        if (Object.hasOwn(part, NUMBER)) parts[key] = numberOf(String((part as { readonly [NUMBER]: unknown })[NUMBER]))
        else restore(part)
      }
    }
  }
  // Sound: a text of `snapshotText`.
  const snapshot = JSON.parse(text) as Snapshot
  restore(snapshot)
  return snapshot
}

function sourceAt(sources: readonly Source[], place: unknown): Source {
  const source = typeof place === 'number' ? sources[place] : undefined
  if (source) return source
  throw new RangeError('A snapshot names a source that it does not have.')
}

function numberOf(text: string): number | bigint {
  return text.endsWith('n') ? BigInt(text.slice(0, -1)) : Number(text)
}
