import { isName } from '@arcturus/core/internal/language-service'
import type { DocumentHighlight, Location, Range, WorkspaceEdit } from 'vscode-languageserver-types'
import type { Analysis } from './analysis.js'
import { documentOf, type PolicyDocument, rangeOf } from './document.js'
import { isSame, type Named, type Occurrence, occurrencesIn } from './occurrences.js'

/** A rename that would change the meaning of the policy, or is not possible. */
export class RenameError extends Error {
  override readonly name = 'RenameError'
}

/** Returns the name that is written at an offset. */
export function occurrenceAt(document: PolicyDocument, offset: number, analysis: Analysis): Occurrence | undefined {
  const piece = document.pieceAt(offset)
  if (!piece?.statement) return undefined
  const at = offset - piece.source.start
  return occurrencesIn(piece.statement, analysis).find(({ span }) => span.start <= at && at <= span.end)
}

/** Returns the places of a name in all documents. */
export function occurrencesOf(named: Named, analysis: Analysis): readonly Occurrence[] {
  const found: Occurrence[] = []
  for (const { pieces } of analysis.documents)
    for (const { source, statement, length } of pieces) {
      // Most statements don't have the name at all.
      if (!statement || !source.text.slice(0, length).includes(named.name)) continue
      for (const one of occurrencesIn(statement, analysis)) if (isSame(one, named)) found.push(one)
    }
  return found
}

function locationOf({ span }: Occurrence): readonly Location[] {
  const range = rangeOf(span)
  const document = documentOf(span)
  return range && document ? [{ uri: document.uri, range }] : []
}

export function definitions(document: PolicyDocument, offset: number, analysis: Analysis): readonly Location[] {
  const found = occurrenceAt(document, offset, analysis)
  if (!found) return []
  const all = occurrencesOf(found, analysis)
  if (found.kind === 'variable') return all.slice(0, 1).flatMap(locationOf)
  return all.filter(({ isDefinition }) => isDefinition).flatMap(locationOf)
}

export function references(
  document: PolicyDocument,
  offset: number,
  analysis: Analysis,
  withDefinitions: boolean,
): readonly Location[] {
  const found = occurrenceAt(document, offset, analysis)
  if (!found) return []
  const all = occurrencesOf(found, analysis)
  return all.filter(({ isDefinition }) => withDefinitions || !isDefinition).flatMap(locationOf)
}

export function highlights(document: PolicyDocument, offset: number, analysis: Analysis): readonly DocumentHighlight[] {
  return references(document, offset, analysis, true).flatMap(({ uri, range }) =>
    uri === document.uri ? { range } : [],
  )
}

/** Returns the range of the name that can be renamed at an offset. @throws RenameError if it can't. */
export function renamable(document: PolicyDocument, offset: number, analysis: Analysis): Range {
  return rangeOf(insideQuotes(assertRenamable(document, offset, analysis)))!
}

function assertRenamable(document: PolicyDocument, offset: number, analysis: Analysis): Occurrence {
  const found = occurrenceAt(document, offset, analysis)
  if (!found) throw new RenameError('There is no name here.')
  const { kind, name } = found
  if (kind === 'field' || kind === 'model')
    throw new RenameError(`"${name}" is a name of the application. Rename it there.`)
  if (kind === 'rule' && (fixed.has(name) || !analysis.rules.has(name)))
    throw new RenameError(`"${name}" is a rule that the library calls, or that no file defines.`)
  if (kind === 'term' && declarersOf(found, analysis).length === 0)
    throw new RenameError(`No block declares "${name}".`)
  return found
}

/** The rules whose names have a meaning for the library. */
const fixed: ReadonlySet<string> = new Set([
  ...['allow', 'allow_field', 'allow_request', 'allow_link', 'has_role', 'has_permission', 'has_relation'],
])

function declarersOf({ name, model, term }: Occurrence, { blocks, schema }: Analysis): readonly string[] {
  return [...blocks.values()].flatMap(({ name: cls, declared }) => {
    const one = declared.get(name)
    const isOwner = model === undefined || schema.isSubclass(model, cls.name) || model === cls.name
    return one && isOwner && (term === undefined || one.kind === term) ? cls.name : []
  })
}

/**
 * Returns the changes that rename the name at an offset in all documents.
 * @throws RenameError if the new name is invalid or taken, or if a place does not tell whether it has this name.
 */
export function rename(document: PolicyDocument, offset: number, name: string, analysis: Analysis): WorkspaceEdit {
  const found = assertRenamable(document, offset, analysis)
  assertFree(found, name, analysis)
  const changes: Record<string, { range: Range; newText: string }[]> = {}
  for (const one of occurrencesOf(found, analysis)) {
    const uri = documentOf(one.span)?.uri
    const range = rangeOf(insideQuotes(one))
    if (uri === undefined || !range) continue
    if (one.kind === 'term' && one.model === undefined && declarersOf(one, analysis).length > 1)
      throw new RenameError(
        `Line ${range.start.line + 1} has "${one.name}" for a resource of unknown class, and several classes declare it.`,
      )
    changes[uri] ??= []
    // Text in quotes needs escapes.
    changes[uri].push({ range, newText: one.isQuoted ? JSON.stringify(name).slice(1, -1) : name })
  }
  return { changes }
}

function assertFree(
  { kind, name: before, statement, model, term }: Occurrence,
  name: string,
  analysis: Analysis,
): void {
  const taken = (what: string): RenameError => new RenameError(`${what} "${name}" exists already.`)
  if (name === before) return
  // A relation is declared by a word.
  if (kind !== 'term' || term === 'relation') {
    if (!isName(name)) throw new RenameError(`"${name}" is not a valid name.`)
  } else if (name === '' || /[\n\r]/.test(name)) throw new RenameError('A role or permission needs a name on one line.')
  if (kind === 'rule' && analysis.rules.has(name)) throw taken('A rule')
  if (kind === 'term' && model !== undefined && analysis.blocks.get(model)?.declared.has(name)) throw taken('The name')
  if (kind === 'variable' && statement) {
    if (analysis.schema.isName(name)) throw taken('A class or constant')
    if (occurrencesIn(statement, analysis).some((one) => one.kind === 'variable' && one.name === name))
      throw taken('A variable')
  }
}

/** Returns the span of a name without its quotes. */
function insideQuotes({ span, isQuoted }: Occurrence): Occurrence['span'] {
  return isQuoted ? { ...span, start: span.start + 1, end: span.end - 1 } : span
}
