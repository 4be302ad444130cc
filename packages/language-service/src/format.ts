import { FormatError, format as formatText } from '@arcturus/prettier-plugin'
import type { Range, TextEdit } from 'vscode-languageserver-types'
import type { PolicyDocument } from './document.js'

/**
 * Returns the edits that format a document, or the statements of a range.
 * @returns none for a text with syntax errors.
 */
export async function format(document: PolicyDocument, range?: Range): Promise<readonly TextEdit[]> {
  const { text, pieces } = document
  const whole = text.getText()
  let [start, end] = [whole.startsWith('\uFEFF') ? 1 : 0, whole.length]
  if (range) {
    const [from, to] = [text.offsetAt(range.start), text.offsetAt(range.end)]
    const own = pieces.filter(({ source, length }) => source.start < to && source.start + length > from)
    const [first, last] = [own[0], own.at(-1)]
    if (!first || !last) return []
    // The line break before a statement is not a part of it.
    const blank = whole.slice(first.source.start).length - whole.slice(first.source.start).trimStart().length
    start = first.source.start + blank
    end = last.source.start + last.length
    if (start >= end) return []
  }
  const before = whole.slice(start, end)
  let after: string
  try {
    after = await formatText(before)
  } catch (error) {
    if (error instanceof FormatError) return []
    throw error
  }
  if (range) after = after.trimEnd()
  if (whole.includes('\r\n')) after = after.replaceAll('\n', '\r\n')
  return after === before ? [] : [editOf(document, start, before, after)]
}

/** Returns the smallest edit that turns one text into another, so that the cursor stays where it is. */
function editOf({ text }: PolicyDocument, at: number, before: string, after: string): TextEdit {
  const shortest = Math.min(before.length, after.length)
  let same = 0
  while (same < shortest && before[same] === after[same]) same++
  let behind = 0
  while (behind < shortest - same && before.at(-1 - behind) === after.at(-1 - behind)) behind++
  // A line break of two characters stays whole.
  if (before[same - 1] === '\r') same--
  const range = { start: text.positionAt(at + same), end: text.positionAt(at + before.length - behind) }
  return { range, newText: after.slice(same, after.length - behind) }
}
