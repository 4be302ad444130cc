import type { Parameter, RuleType } from '../../language/ast.js'
import { type Span, spanText } from '../../language/source.js'

/** From the name of a written type to its end: without the word `type`, and what follows that. */
export function headOf({ span }: RuleType): Span {
  const before = /^type(?:\s|#[^\n\r]*)+/.exec(spanText(span))
  return { ...span, start: span.start + (before?.[0].length ?? 0) }
}

/** A type as it is, or would be, written. Those that blocks need have the place of their declaration only. */
export function showType(type: RuleType): string {
  const written = spanText(headOf(type))
  if (written.startsWith(`${type.name}(`)) return written.replace(/;$/, '')
  return `${type.name}(${type.parameters.map(showParameter).join(', ')})`
}

function showParameter({ term, pattern }: Parameter): string {
  const shown =
    term.kind === 'variable' ? term.name : term.kind === 'string' ? JSON.stringify(term.value) : spanText(term.span)
  return pattern?.kind === 'class pattern' ? `${shown}: ${pattern.tag}` : shown
}
