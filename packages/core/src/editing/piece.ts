import type { Statement } from '../language/ast.js'
import { CloudForms } from '../language/cloudForms.js'
import type { Shape } from '../language/derivation.js'
import type { Diagnostic } from '../language/diagnostic.js'
import { type Parsing, parseNext } from '../language/parse.js'
import { ended } from '../language/prefix.js'
import type { Source } from '../language/source.js'
import type { Token } from '../language/token.js'
import { Tokens } from '../language/tokens.js'

/** A statement of a text, with the white space and the comments before it. */
export interface Piece {
  /** The text of its places: offsets count from the beginning of the piece. It contains the beginning of later pieces. */
  readonly source: Source
  /** How much of the text belongs to the piece. */
  readonly length: number
  /** Undefined if there is none, or nothing of it can be read. An invalid statement is ended where it becomes invalid. */
  readonly statement: Statement | undefined
  /** The syntax errors. */
  readonly diagnostics: readonly Diagnostic[]
}

/** How much of a text is read for a statement at first. */
const WINDOW = 1_000

/** How many tokens after a statement decide where it ends. */
export const LOOKAHEAD = 4

/**
 * Parses the statement that comes first after a place.
 * @param sourceOf - Makes the source of a piece.
 * @param known - The root of the shapes of statements that were parsed already.
 * @param repairs - Whether an invalid statement is ended where it becomes invalid. Default: it is.
 * @returns undefined at the end of the text.
 */
export function pieceAt(
  text: string,
  place: number,
  sourceOf: (text: string) => Source,
  known: Shape,
  repairs = true,
): Piece | undefined {
  if (place >= text.length) return undefined
  for (let size = WINDOW; ; size *= 4) {
    const source = sourceOf(text.slice(place, place + size))
    const tokens = new Tokens(source)
    const diagnostics: Diagnostic[] = []
    const repair: Parsing['repair'] = (start, first) => ended(start, tokensIn(source, first, tokens.peek()))
    const parsing = { tokens, known, forms: new CloudForms(), ...(repairs && { repair }) }
    const statement = tokens.peek() && parseNext(parsing, diagnostics)
    const isAll = place + size >= text.length
    const next = tokens.peek(LOOKAHEAD)
    if (!isAll && (!next || next.end >= source.text.length)) continue
    const length = isAll && !tokens.peek() ? source.text.length : (tokens.last?.end ?? 0)
    return { source, length, statement, diagnostics }
  }
}

/** Returns the tokens from one to another. */
function tokensIn(source: Source, first: Token, last: Token | undefined): readonly Token[] {
  const tokens = new Tokens(source)
  const found: Token[] = []
  for (
    let token = tokens.peek();
    token && token.start < (last?.start ?? Number.POSITIVE_INFINITY);
    token = tokens.peek()
  ) {
    if (token.start >= first.start) found.push(token)
    tokens.skip()
  }
  return found
}
