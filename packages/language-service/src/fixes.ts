import { type Diagnostic as PolicyDiagnostic, spanText } from '@arcturus/core/internal/language-service'
import { type CodeAction, CodeActionKind, type Range, type TextEdit } from 'vscode-languageserver-types'
import type { Analysis } from './analysis.js'
import { diagnosticOf } from './diagnostics.js'
import { documentOf, type PolicyDocument, rangeOf } from './document.js'

/** Returns the fixes of the mistakes in a range. */
export function fixes(document: PolicyDocument, range: Range, analysis: Analysis): readonly CodeAction[] {
  return analysis.diagnostics.flatMap((one) => {
    const own = one.span && documentOf(one.span) === document ? rangeOf(one.span) : undefined
    if (!own || isBefore(own.end, range.start) || isBefore(range.end, own.start)) return []
    const fix = fixOf(one, own)
    if (!fix) return []
    const { title, newText, length } = fix
    const place = length === undefined ? own : rangeOf({ ...one.span!, end: one.span!.start + length })!
    const edits: TextEdit[] = [{ range: place, newText }]
    const edit = { changes: { [document.uri]: edits } }
    return [{ title, kind: CodeActionKind.QuickFix, diagnostics: [diagnosticOf(one)], isPreferred: true, edit }]
  })
}

function isBefore(one: Range['start'], other: Range['start']): boolean {
  return one.line < other.line || (one.line === other.line && one.character < other.character)
}

/** Returns the text that replaces the place of a mistake, or its first letters. */
function fixOf(
  { code, hint, span }: PolicyDiagnostic,
  range: Range,
): { readonly title: string; readonly newText: string; readonly length?: number } | undefined {
  const meant = hint?.match(/did you mean "(.+)"\?/)?.[1]
  if (meant !== undefined && span) {
    // Of a head, a call or a field of a pattern, the name alone is misspelt.
    const text = spanText(span)
    const written = /^(?:\w+::)*\w+/.exec(text)?.[0] ?? text
    const newText = written.startsWith('"') ? JSON.stringify(meant) : meant
    return newText === written ? undefined : { title: `Change to ${newText}`, newText, length: written.length }
  }
  const word = hint?.match(/^write "(and|or|not)"$/)?.[1]
  if (word !== undefined && span) {
    // `&&`, `||` or `!`, also without spaces around it.
    const [before = '', one, two, three = ''] = spanText({ ...span, start: span.start - 1, end: span.start + 3 })
    const [length, after] = one === two ? [2, three] : [1, two]
    const left = /[\s(]/.test(before) ? '' : ' '
    const right = /\s/.test(after ?? '') ? '' : ' '
    return { title: `Change to ${word}`, newText: `${left}${word}${right}`, length }
  }
  switch (code) {
    case 'missing-semicolon':
      return { title: 'Add the semicolon', newText: ';' }
    case 'repeated-rule':
      return range.start.line <= range.end.line ? { title: 'Remove the rule', newText: '' } : undefined
    default:
      return undefined
  }
}
