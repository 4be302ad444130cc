import type { Span } from '../../language/source.js'
import { spanText } from '../../language/source.js'
import type { Frame } from './frame.js'
import type { Term } from './term.js'

/** Number of calls shown at each end of a long stack. */
const shown = 50

/**
 * Returns the Polar stack of a frame: the calls that led to it, the innermost last.
 * @param show - Returns the text of an argument. Then the stack names files, too, and the arguments
 * of a call by the application.
 */
export function stackText(frame: Frame, innermost: Span | undefined, show?: (argument: Term) => string): string {
  const frames: Frame[] = []
  for (let at = frame; at.parent !== at; at = at.parent) if (at.site !== undefined) frames.push(at)
  const entries: string[] = []
  const add = (text: string) => entries.push(`  ${String(entries.length).padStart(3, '0')}: ${text}`)
  if (innermost !== undefined) add(textOf(innermost, frame.site?.predicate.name, show !== undefined))
  frames.forEach((one, at) => {
    if (at < shown || at >= frames.length - shown) add(callText(one, show))
    else if (at === shown) entries.push(`  … ${frames.length - 2 * shown} more`)
  })
  return entries.length === 0 ? '' : `trace (most recent evaluation last):\n${entries.reverse().join('\n')}`
}

function callText({ site, slots }: Frame, show: ((argument: Term) => string) | undefined): string {
  const { node, owner, predicate } = site!
  if (node !== undefined) return textOf(node.span, owner, show !== undefined)
  if (!show) return `${predicate.name}(…)\n    in query`
  return `${predicate.name}(${slots.slice(0, predicate.arity).map(show).join(', ')})`
}

function textOf(span: Span, owner: string | undefined, namesFile: boolean): string {
  const { line, column } = span.source.position(span.start)
  const file = namesFile && span.source.name !== undefined ? ` of file ${span.source.name}` : ''
  const place = `${owner === undefined ? 'in query' : `in rule ${owner}`} at line ${line}, column ${column}${file}`
  return `${spanText(span)}\n    ${place}`
}
