import type { SemanticTokens } from 'vscode-languageserver-types'
import type { Analysis } from './analysis.js'
import { type PolicyDocument, rangeOf } from './document.js'
import { type Occurrence, occurrencesIn } from './occurrences.js'

/** The types of tokens, in the order of their numbers. */
export const tokenTypes: readonly string[] = ['class', 'function', 'variable', 'parameter', 'property', 'enumMember']
export const tokenModifiers: readonly string[] = ['definition']

/** Returns the meanings of the names of a document, in the encoding of the protocol. */
export function semanticTokens(document: PolicyDocument, analysis: Analysis): SemanticTokens {
  const data: number[] = []
  /** The place of the token before, from which the next one is counted. */
  let [line, character] = [0, 0]
  for (const { statement } of document.pieces) {
    if (!statement) continue
    const parameters = new Set<string>()
    if (statement.kind === 'rule')
      for (const { term } of statement.parameters) if (term.kind === 'variable') parameters.add(term.name)
    const sorted = [...occurrencesIn(statement, analysis)].sort((a, b) => a.span.start - b.span.start)
    for (const one of sorted) {
      const range = rangeOf(one.span)
      if (!range || range.start.line !== range.end.line) continue
      const length = range.end.character - range.start.character
      const { start } = range
      if (start.line === line && start.character < character) continue
      const type = tokenTypes.indexOf(typeOf(one, parameters))
      data.push(
        start.line - line,
        start.character - (start.line === line ? character : 0),
        length,
        type,
        Number(one.isDefinition),
      )
      ;[line, character] = [start.line, start.character]
    }
  }
  return { data }
}

function typeOf({ kind, name }: Occurrence, parameters: ReadonlySet<string>): string {
  switch (kind) {
    case 'model':
      return 'class'
    case 'rule':
      return 'function'
    case 'field':
      return 'property'
    case 'term':
      return 'enumMember'
    case 'variable':
      return parameters.has(name) ? 'parameter' : 'variable'
  }
}
