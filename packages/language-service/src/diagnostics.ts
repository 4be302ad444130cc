import type { Diagnostic as PolicyDiagnostic } from '@arcturus/core/internal/language-service'
import { type Diagnostic, DiagnosticSeverity, DiagnosticTag } from 'vscode-languageserver-types'
import type { Analysis } from './analysis.js'
import { documentOf, rangeOf } from './document.js'

/** Where the codes are explained. */
const codesUrl = 'https://www.npmjs.com/package/@arcturus/core#codes'

/** Names that no part of the policy needs: editors show them faded. */
const unnecessary: ReadonlySet<string> = new Set(['uncalled-rule', 'repeated-rule', 'unreachable-rule'])

/** Returns the mistakes of each document. Those without a place are at the beginning of the first document. */
export function diagnosticsOf(analysis: Analysis): ReadonlyMap<string, readonly Diagnostic[]> {
  const byUri = new Map<string, Diagnostic[]>(analysis.documents.map(({ uri }) => [uri, []]))
  const first = analysis.documents[0]?.uri
  for (const one of analysis.diagnostics) {
    const uri = (one.span && documentOf(one.span)?.uri) ?? first
    if (uri !== undefined) byUri.get(uri)!.push(diagnosticOf(one))
  }
  return byUri
}

export function diagnosticOf(one: PolicyDiagnostic): Diagnostic {
  const { code, severity, message, hint, span } = one
  const start = { line: 0, character: 0 }
  const diagnostic: Diagnostic = {
    range: (span && rangeOf(span)) ?? { start, end: start },
    severity: severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code,
    codeDescription: { href: codesUrl },
    source: 'arcturus',
    message: hint === undefined ? message : `${message}\n${hint}`,
  }
  if (unnecessary.has(code)) diagnostic.tags = [DiagnosticTag.Unnecessary]
  return diagnostic
}
