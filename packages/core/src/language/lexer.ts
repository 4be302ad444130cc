import moo from 'moo'
import type { Diagnostic } from './diagnostic.js'
import type { Source, Span } from './source.js'
import {
  integerOverflow,
  invalidCharacter,
  invalidFloat,
  lineBreakInString,
  notUtf8,
  unclosedString,
} from './syntaxErrors.js'
import { resolveEscapes, type Token } from './token.js'
import { BOOLEANS, FLOATS, KEYWORDS, SYMBOL } from './words.js'

// Most tokens of a policy are single characters, words, operators and simple strings. They are found
// without moo, which makes several objects of each token.
const SINGLE: ReadonlySet<string> = new Set('()[]{},;:.+-*/|')
const SPACE = /(?:[ \n\r\t]+|#[^\n\r]*)+/y
const SIMPLE_STRING = /"[^"\\\n]*"/y
const OPERATOR = /[=<>!]=?|[:?]=/y
const WORD = new RegExp(SYMBOL, 'y')

/** The types of the words that are reserved. */
const RESERVED: ReadonlyMap<string, 'keyword' | 'boolean' | 'number'> = new Map([
  ...KEYWORDS.map((word) => [word, 'keyword'] as const),
  ...BOOLEANS.map((word) => [word, 'boolean'] as const),
  ...FLOATS.map((word) => [word, 'number'] as const),
])

/** A lexer of moo, with the offset of its next token. */
type MooLexer = moo.Lexer & { index: number }

let rules: moo.Lexer | undefined

/** Returns a lexer of a text. The rules are compiled for the first text that needs them. */
function mooLexer(text: string): MooLexer {
  rules ??= moo.compile({
    string: /"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"/,
    number: /[0-9]+(?:\.[0-9]*)?(?:[eE][0-9+-]*)?/,
    openString: /"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*\\?/,
    invalid: { match: /[\s\S]/, lineBreaks: true },
  })
  // Sound: the types of moo omit these.
  const lexer = (rules as moo.Lexer & { clone(): MooLexer }).clone()
  lexer.reset(text)
  return lexer
}

const INTEGER = /^[0-9]+$/
const FLOAT = /^[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?$/
const LARGEST_INTEGER = 2n ** 63n - 1n

/** The start of a text of UTF-16 that was decoded as UTF-8, with or without its byte order mark. */
const WIDE = /^(?:\uFFFD\uFFFD|[^\0]\0|\0[^\0])/

/** How many tokens are read at once. */
const CHUNK = 64

/**
 * Splits a text into tokens, without white space and comments.
 * Never throws: invalid text becomes a token of type `error` with a diagnostic.
 */
export class Lexer {
  #moo: MooLexer | undefined
  /** The words of the text. Those that are repeated share one string, which keeps its hash. */
  readonly #words = new Map<string, Pick<Token, 'type' | 'kind' | 'text'>>()
  /** The end of the last token. */
  end = 0

  constructor(private readonly source: Source) {}

  /**
   * Puts the next tokens in a list, from a place on.
   * @returns the place after them, which is the same after the last token
   */
  read(tokens: Token[], place: number): number {
    const source = this.source
    const { text } = source
    let start = this.end
    for (let count = 0; count < CHUNK; count++) {
      // A space, a line break, or #.
      const code = text.charCodeAt(start)
      if (code <= 32 || code === 35) {
        SPACE.lastIndex = start
        if (SPACE.test(text)) start = SPACE.lastIndex
      }
      if (start === text.length) return place + count
      const first = text[start]!
      let token: Token
      if (SINGLE.has(first) && !(first === ':' && text[start + 1] === '=')) {
        token = { type: 'punctuation', kind: first, text: first, source, start, end: start + 1 }
      } else {
        WORD.lastIndex = start
        token = WORD.test(text) ? this.#word(start, WORD.lastIndex) : this.#other(start)
      }
      tokens[place + count] = token
      start = token.end
      this.end = start
    }
    return place + CHUNK
  }

  /** Returns a name or a reserved word, or an error. */
  #word(start: number, end: number): Token {
    const source = this.source
    const written = source.text.slice(start, end)
    let word = this.#words.get(written)
    if (!word) {
      const type = RESERVED.get(written) ?? 'symbol'
      word = { type, kind: type === 'keyword' ? written : type, text: written }
      this.#words.set(written, word)
    }
    const { type, kind, text } = word
    const isName = type === 'keyword' || type === 'symbol'
    // A namespace without a following name.
    if (isName && source.text[end] === ':' && source.text[end + 1] === ':' && !text.endsWith('?')) {
      const found = `${text}::`
      return errorToken(found, source, start, invalidCharacter(':', found, { source, start: end + 1, end: end + 2 }))
    }
    return { type, kind, text, source, start, end }
  }

  /** Returns a string, a number or an operator, or an error. */
  #other(start: number): Token {
    const source = this.source
    const { text } = source
    SIMPLE_STRING.lastIndex = start
    if (SIMPLE_STRING.test(text)) {
      const end = SIMPLE_STRING.lastIndex
      return { type: 'string', kind: 'string', text: text.slice(start, end), source, start, end }
    }
    OPERATOR.lastIndex = start
    if (OPERATOR.test(text)) {
      const end = OPERATOR.lastIndex
      const operator = text.slice(start, end)
      return { type: 'punctuation', kind: operator, text: operator, source, start, end }
    }
    this.#moo ??= mooLexer(text)
    return mooToken(source, start, this.#moo)
  }
}

/** Returns a token that moo finds. */
function mooToken(source: Source, start: number, moo: MooLexer): Token {
  moo.index = start
  const { type, text } = moo.next()!
  const end = start + text.length
  switch (type) {
    case 'string':
      return { type, kind: type, text, source, start, end }
    case 'number': {
      const diagnostic = diagnoseNumber(text, { source, start, end })
      return diagnostic ? errorToken(text, source, start, diagnostic) : { type, kind: type, text, source, start, end }
    }
    case 'openString':
      return errorToken(text, source, start, diagnoseOpenString(source, start, text))
    default:
      return WIDE.test(source.text)
        ? errorToken(source.text.slice(start), source, start, notUtf8({ source, start, end }))
        : errorToken(text, source, start, diagnoseCharacter(source, start, text))
  }
}

function errorToken(text: string, source: Source, start: number, diagnostic: Diagnostic): Token {
  return { type: 'error', kind: 'error', text, source, start, end: start + text.length, diagnostic }
}

function diagnoseNumber(text: string, span: Span): Diagnostic | undefined {
  if (INTEGER.test(text)) return text.length > 18 && exceedsInteger(text) ? integerOverflow(text, span) : undefined
  return FLOAT.test(text) ? undefined : invalidFloat(text, span)
}

/**
 * Returns whether a number exceeds the range of integers. (A number of a million digits is not
 * worth converting.)
 */
function exceedsInteger(text: string): boolean {
  const digits = text.replace(/^0+/, '')
  return digits.length > 19 || BigInt(digits || '0') > LARGEST_INTEGER
}

/** Returns the diagnostic for a quote that is not closed on its line. */
function diagnoseOpenString(source: Source, start: number, text: string): Diagnostic {
  const at = (offset: number, length: number): Span => ({ source, start: offset, end: offset + length })
  const end = start + text.length
  const trailing = text.length > 1 && trailingBackslashes(text) % 2 === 1
  const found = resolveEscapes(text.slice(1, trailing ? -1 : undefined))
  if (end < source.text.length) return lineBreakInString(found, at(end, 1))
  return trailing ? invalidCharacter('\0', found, at(end - 1, 1)) : unclosedString(found, at(start, 1))
}

function trailingBackslashes(text: string): number {
  let count = 0
  while (text[text.length - 1 - count] === '\\') count++
  return count
}

/**
 * Returns the diagnostic for a character that begins no token. A question mark only begins `?=`, so
 * that the error is the character after it.
 */
function diagnoseCharacter(source: Source, start: number, character: string): Diagnostic {
  if (character !== '?') return invalidCharacter(character, '', { source, start, end: start + 1 })
  const next = String.fromCodePoint(source.text.codePointAt(start + 1) ?? 0)
  return invalidCharacter(next, '?=', {
    source,
    start: start + 1,
    end: Math.min(start + 1 + next.length, source.text.length),
  })
}
