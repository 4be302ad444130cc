import type { RuleType } from '../../language/ast.js'
import { print } from '../../language/print.js'
import { type Span, spanText } from '../../language/source.js'

/** From the name of a written type to its end: without the word `type`, and what follows that. */
export function headOf({ span }: RuleType): Span {
  const before = /^type(?:\s|#[^\n\r]*)+/.exec(spanText(span))
  return { ...span, start: span.start + (before?.[0].length ?? 0) }
}

/** The head of a rule that has a type, and nothing more than that needs. */
export function headText(type: RuleType): string {
  return print(type).replace(/^type |;$/g, '')
}
