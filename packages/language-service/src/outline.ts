import { commentsOf, type Span, type Statement } from '@arcturus/core/internal/language-service'
import { type DocumentSymbol, type FoldingRange, FoldingRangeKind, SymbolKind } from 'vscode-languageserver-types'
import { headOf, lineOf } from './describe.js'
import { type PolicyDocument, rangeOf } from './document.js'

/** Returns the blocks with their declarations, and the rules. */
export function outline({ pieces }: PolicyDocument): readonly DocumentSymbol[] {
  return pieces.flatMap(({ statement }) => (statement ? symbolOf(statement) : []))
}

function symbolOf(statement: Statement): readonly DocumentSymbol[] {
  switch (statement.kind) {
    case 'rule':
      return symbol(headOf(statement), SymbolKind.Function, statement.span, statement.head)
    case 'rule type':
      return symbol(lineOf(statement.span), SymbolKind.Interface, statement.span)
    case 'inline query':
      return symbol(lineOf(statement.span), SymbolKind.Event, statement.span)
    case 'resource block': {
      const { keyword, name, productions, span } = statement
      const children = productions.flatMap((production) => {
        if (production.kind === 'shorthand rule')
          return symbol(lineOf(production.span), SymbolKind.Function, production.span)
        return symbol(production.name.name, SymbolKind.Property, production.span, production.name.span)
      })
      const title = `${keyword ? `${keyword.name} ` : ''}${name.name}`
      return symbol(title, SymbolKind.Class, span, name.span, children)
    }
  }
}

function symbol(
  name: string,
  kind: SymbolKind,
  span: Span,
  selection: Span = span,
  children: readonly DocumentSymbol[] = [],
): readonly DocumentSymbol[] {
  const [range, selectionRange] = [rangeOf(span), rangeOf(selection)]
  return range && selectionRange ? [{ name, kind, range, selectionRange, children: [...children] }] : []
}

/** Returns the ranges that can be folded: blocks and rules of several lines, and comments that follow each other. */
export function foldingRanges(document: PolicyDocument): readonly FoldingRange[] {
  const found: FoldingRange[] = []
  const add = (start: number, end: number, kind?: FoldingRangeKind): void => {
    if (end > start) found.push({ startLine: start, endLine: end, ...(kind && { kind }) })
  }
  for (const { source, statement, length } of document.pieces) {
    const range = statement && rangeOf(statement.span)
    if (range) add(range.start.line, range.end.line)
    let first: number | undefined
    let last: number | undefined
    for (const { span } of commentsOf(source)) {
      if (span.start >= length) break
      const { line } = rangeOf(span)!.start
      if (line !== (last ?? line) + 1) {
        if (first !== undefined) add(first, last!, FoldingRangeKind.Comment)
        first = line
      }
      last = line
    }
    if (first !== undefined) add(first, last!, FoldingRangeKind.Comment)
  }
  return found
}
