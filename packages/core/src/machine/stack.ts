import type { Span } from '../language/source.js'
import { spanText } from '../language/source.js'
import type { Frame } from './frame.js'

/** How many calls are written of each end of a long stack. */
const shown = 50

/** The Polar stack of a frame: the calls that led to it, the innermost last. */
export function stackText(frame: Frame, innermost: Span | undefined): string {
  const entries: string[] = []
  if (innermost !== undefined) entries.push(entry(innermost, frame.site?.predicate.name))
  let at = frame
  while (at.parent !== at) {
    const { site } = at
    at = at.parent
    if (site?.node !== undefined) entries.push(entry(site.node.span, site.owner))
    else if (site !== undefined) entries.push(`${site.predicate.name}(…)\n    in query`)
  }
  if (entries.length === 0) return ''
  const lines = entries.map((text, number) => `  ${String(number).padStart(3, '0')}: ${text}`)
  const dropped = lines.length - 2 * shown
  if (dropped > 0) lines.splice(shown, dropped, `  … ${dropped} more`)
  return `trace (most recent evaluation last):\n${lines.reverse().join('\n')}`
}

function entry(span: Span, owner: string | undefined): string {
  const { line, column } = span.source.position(span.start)
  const place = owner === undefined ? 'in query' : `in rule ${owner}`
  return `${spanText(span)}\n    ${place} at line ${line}, column ${column}`
}
