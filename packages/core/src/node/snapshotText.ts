import type { Source, Span } from '../language/source.js'
import type { Snapshot } from '../policy/assemble.js'

/**
 * The text of a snapshot: its nodes with `null` for each span and for each value that JSON lacks, which follow in lists, in
 * the order of the nodes. A list of numbers takes a tenth of the time of as many objects.
 */
interface Written {
  readonly nodes: Snapshot
  /** Three numbers for each span: the place of its source, its start and its end. `NO_SPAN` and two zeros for another value. */
  readonly spans: readonly number[]
  /** `null`, bigints such as `12n`, and numbers such as `Infinity`. */
  readonly values: readonly string[]
}

/** The place of the source of a span, for a value that is no span. */
const NO_SPAN = -1

/**
 * Returns a snapshot as JSON.
 * @param sources - The places of the spans' sources.
 * @returns undefined for a snapshot that JSON can't represent.
 */
export function snapshotText(snapshot: Snapshot, sources: readonly Source[]): string | undefined {
  const places = new Map(sources.map((source, place) => [source, place]))
  const spans: number[] = []
  const values: string[] = []
  let isExact = true
  const nodes = JSON.stringify(snapshot, (_, value: unknown) => {
    const isNumber = typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    if (value === null || typeof value === 'bigint' || isNumber) {
      spans.push(NO_SPAN, 0, 0)
      values.push(typeof value === 'bigint' ? `${value}n` : Object.is(value, -0) ? '-0' : String(value))
      return null
    }
    if (typeof value !== 'object') return value
    if (isSpan(value)) {
      const place = places.get(value.source)
      if (place === undefined) isExact = false
      else spans.push(place, value.start, value.end)
      return null
    }
    const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
    if (!isPlain || Object.hasOwn(value, '__proto__')) isExact = false
    return value
  })
  return isExact ? `{"nodes":${nodes},"spans":${JSON.stringify(spans)},"values":${JSON.stringify(values)}}` : undefined
}

function isSpan(value: object): value is Span {
  return Object.hasOwn(value, 'source') && Object.keys(value).length === 3
}

/**
 * Returns the snapshot of a text of `snapshotText`, with the spans of these sources.
 * @throws SyntaxError, RangeError or TypeError for another text.
 */
export function snapshotOf(text: string, sources: readonly Source[]): Snapshot {
  // Sound: a text of `snapshotText`.
  const { nodes, spans, values } = JSON.parse(text) as Written
  let span = 0
  let value = 0
  const next = (): unknown => {
    const place = spans[span++]!
    const start = spans[span++]!
    const end = spans[span++]!
    if (place === NO_SPAN) return writtenValue(values[value++]!)
    const source = sources[place]
    if (source) return { source, start, end }
    throw new RangeError('A snapshot names a source that it does not have.')
  }
  const restore = (parts: object): void => {
    if (Array.isArray(parts)) {
      for (let at = 0; at < parts.length; at++) {
        if (parts[at] === null) parts[at] = next()
        else if (typeof parts[at] === 'object') restore(parts[at])
      }
      return
    }
    // Sound: the keys of any object.
    const fields = parts as Record<string, unknown>
    for (const key in fields) {
      const part = fields[key]
      if (part === null) fields[key] = next()
      else if (typeof part === 'object') restore(part)
    }
  }
  restore(nodes)
  return nodes
}

function writtenValue(text: string): unknown {
  if (text === 'null') return null
  return text.endsWith('n') ? BigInt(text.slice(0, -1)) : Number(text)
}
