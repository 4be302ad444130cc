import type { Span } from '../../language/source.js'
import { spanText } from '../../language/source.js'
import type { Frame } from './frame.js'

/** Number of calls shown at each end of a long stack. */
const shown = 10

/** Returns the Polar stack of a frame: the calls that led to it, the innermost last. */
export function stackText(frame: Frame, innermost: Span | undefined): string {
  const frames: Frame[] = []
  for (let at = frame; at.parent !== at; at = at.parent) if (at.site !== undefined) frames.push(at)
  const entries: string[] = []
  const add = (text: string) => entries.push(`  ${String(entries.length).padStart(3, '0')}: ${text}`)
  if (innermost !== undefined) add(placeText(innermost, frame.site?.predicate.name))
  frames.forEach((one, at) => {
    if (at < shown || at >= frames.length - shown) add(callText(one))
    else if (at === shown) entries.push(`  … ${frames.length - 2 * shown} more`)
  })
  return entries.length === 0 ? '' : `trace (most recent evaluation last):\n${entries.reverse().join('\n')}`
}

function callText(frame: Frame): string {
  const site = frame.site!
  return site.node === undefined ? `${site.predicate.name}(…)\n    in query` : placeText(site.node.span, site.owner)
}

/** Returns the text of a place in a policy, and below it where it is. */
export function placeText(span: Span, owner: string | undefined): string {
  const { line, column } = span.source.position(span.start)
  return `${spanText(span)}\n    ${owner === undefined ? 'in query' : `in rule ${owner}`} at line ${line}, column ${column}`
}
