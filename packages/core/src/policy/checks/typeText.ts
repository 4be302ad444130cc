import type { RuleType } from '../../language/ast.js'
import { print } from '../../language/print.js'
import { type Span, spanText } from '../../language/source.js'

/** Returns the span from the name of a written type to its end, without the word `type`. */
export function headOf({ span }: RuleType): Span {
  const before = /^type(?:\s|#[^\n\r]*)+/.exec(spanText(span))
  return { ...span, start: span.start + (before?.[0].length ?? 0) }
}

/** Returns the head of a rule that matches a type, with no more than the type requires. */
export function headText(type: RuleType): string {
  return print(type).replace(/^type |;$/g, '')
}
