import {
  type Diagnostic,
  LOOKAHEAD,
  type Piece,
  pieceAt,
  Shape,
  Source,
  type Span,
} from '@arcturus/core/internal/language-service'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { Position, Range } from 'vscode-languageserver-types'

/** The text of a piece, which knows its place in the document as it is now. */
export class PieceSource extends Source {
  document: PolicyDocument | undefined
  start = 0

  override position(offset: number): { line: number; column: number } {
    const { line, character } = this.document!.text.positionAt(this.start + offset)
    return { line: line + 1, column: character + 1 }
  }

  override frame({ start, end }: Span): string {
    const source = new Source(this.document!.text.getText(), this.name)
    return source.frame({ source, start: this.start + start, end: this.start + end })
  }
}

/** A piece and its place. */
export interface Placed extends Piece {
  readonly source: PieceSource
}

/** A policy that is open in an editor, parsed statement by statement. */
export class PolicyDocument {
  readonly #shapes = new Shape()
  text: TextDocument
  pieces: readonly Placed[]

  /** @param repairs - Whether an invalid statement is ended where it becomes invalid. Default: it is. */
  constructor(
    readonly uri: string,
    text: string,
    version: number,
    private readonly repairs = true,
  ) {
    this.text = TextDocument.create(uri, 'polar', version, text)
    this.pieces = this.#parse(text, startOf(text), () => undefined)
  }

  /** The syntax errors, and each form of Oso Cloud once. */
  get syntaxErrors(): readonly Diagnostic[] {
    const forms = new Set<unknown>()
    return this.pieces.flatMap(({ diagnostics }) =>
      diagnostics.filter(({ code, data }) => {
        if (code !== 'cloud-form') return true
        const { size } = forms
        return forms.add(data?.['form']).size > size
      }),
    )
  }

  /**
   * Replaces the text. Only the statements around the change are parsed again.
   * @returns whether the text is another.
   */
  update(text: string, version: number): boolean {
    const before = this.text.getText()
    this.text = TextDocument.create(this.uri, 'polar', version, text)
    if (text === before) return false
    const shortest = Math.min(text.length, before.length)
    let same = 0
    while (same < shortest && text.charCodeAt(same) === before.charCodeAt(same)) same++
    let behind = 0
    while (
      behind < shortest - same &&
      text.charCodeAt(text.length - 1 - behind) === before.charCodeAt(before.length - 1 - behind)
    )
      behind++
    const old = this.pieces
    const changed = old.findIndex(({ source, length }) => source.start + length >= same)
    const kept = old.slice(0, Math.max(0, (changed === -1 ? old.length : changed) - LOOKAHEAD))
    const last = kept.at(-1)
    const moved = text.length - before.length
    const byStart = new Map<number, number>()
    for (let index = kept.length; index < old.length; index++) {
      const { start } = old[index]!.source
      if (start >= before.length - behind) byStart.set(start + moved, index)
    }
    const parsed = this.#parse(text, last ? last.source.start + last.length : startOf(text), (place) =>
      byStart.get(place),
    )
    const next = parsed.at(-1)
    const end = next ? next.source.start + next.length : (last?.source.start ?? 0) + (last?.length ?? 0)
    const from = byStart.get(end)
    const rest = from === undefined ? [] : old.slice(from)
    for (const { source } of rest) source.start += moved
    const replaced = old.slice(kept.length, from ?? old.length)
    this.pieces = [...kept, ...sameOrNew(replaced, parsed), ...rest]
    return true
  }

  /** Parses from a place to the end of the text, or to a piece that is known. */
  #parse(text: string, from: number, known: (place: number) => number | undefined): readonly Placed[] {
    const pieces: Placed[] = []
    for (let place = from; known(place) === undefined; ) {
      const piece = pieceAt(text, place, (part) => new PieceSource(part, this.uri), this.#shapes, this.repairs)
      if (!piece) break
      // Sound: its source was made here.
      const source = piece.source as PieceSource
      source.document = this
      source.start = place
      pieces.push({ ...piece, source })
      place += piece.length
    }
    return pieces
  }

  /** Returns the piece at an offset: the last that begins before it. */
  pieceAt(offset: number): Placed | undefined {
    let low = 0
    let high = this.pieces.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.pieces[middle]!.source.start <= offset) low = middle
      else high = middle - 1
    }
    return this.pieces[low]
  }

  offset(position: Position): number {
    return this.text.offsetAt(position)
  }
}

/** Returns pieces; in place of one with the text of a piece before, that piece, so that it is known. */
function sameOrNew(before: readonly Placed[], now: readonly Placed[]): readonly Placed[] {
  const own = ({ source, length }: Placed): string => source.text.slice(0, length)
  const known = new Map(before.filter(({ diagnostics }) => diagnostics.length === 0).map((one) => [own(one), one]))
  return now.map((piece) => {
    const same = piece.diagnostics.length === 0 ? known.get(own(piece)) : undefined
    if (!same) return piece
    known.delete(own(piece))
    same.source.start = piece.source.start
    return same
  })
}

/** Returns where the first piece begins: after a byte order mark. */
function startOf(text: string): number {
  return text.startsWith('\uFEFF') ? 1 : 0
}

/** Returns the range of a span of a piece; undefined if no document contains it. */
export function rangeOf({ source, start, end }: Span): Range | undefined {
  if (!(source instanceof PieceSource) || !source.document) return undefined
  const { text } = source.document
  return { start: text.positionAt(source.start + start), end: text.positionAt(source.start + end) }
}

/** Returns the document of a span. */
export function documentOf({ source }: Span): PolicyDocument | undefined {
  return source instanceof PieceSource ? source.document : undefined
}
