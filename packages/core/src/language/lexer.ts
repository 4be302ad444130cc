import moo from 'moo'
import type { Diagnostic } from './diagnostic.js'
import type { Source, Span } from './source.js'
import { integerOverflow, invalidCharacter, invalidFloat, lineBreakInString, unclosedString } from './syntaxErrors.js'
import { resolveEscapes, type Token, type TokenType } from './token.js'
import { BOOLEANS, FLOATS, KEYWORDS, SYMBOL } from './words.js'

// Most tokens of a policy are single characters and words. They are found without moo, which makes
// several objects of each token.
const SINGLE: ReadonlySet<string> = new Set('()[]{},;.+-*/|')
const SPACE = /(?:[ \n\r\t]+|#[^\n\r]*)+/y
const WORD = new RegExp(SYMBOL, 'y')

/** The types of the words that are reserved. */
const RESERVED: ReadonlyMap<string, 'keyword' | 'boolean' | 'number'> = new Map([
  ...KEYWORDS.map((word) => [word, 'keyword'] as const),
  ...BOOLEANS.map((word) => [word, 'boolean'] as const),
  ...FLOATS.map((word) => [word, 'number'] as const),
])

const rules = moo.compile({
  string: /"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"/,
  number: /[0-9]+(?:\.[0-9]*)?(?:[eE][0-9+-]*)?/,
  punctuation: [':=', ':', '==', '=', '<=', '<', '>=', '>', '!=', '!', '?='],
  openString: /"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*\\?/,
  invalid: { match: /[\s\S]/, lineBreaks: true },
})

/** A lexer of moo, with the offset of its next token. */
type MooLexer = moo.Lexer & { index: number }

const INTEGER = /^[0-9]+$/
const FLOAT = /^[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?$/
const LARGEST_INTEGER = 2n ** 63n - 1n

/**
 * Splits a text into tokens, one at a time, without white space and comments.
 * Never throws: invalid text becomes a token of type `error` with a diagnostic.
 */
export class Lexer {
  readonly #source: Source
  // Sound: the types of moo omit these.
  readonly #lexer = (rules as moo.Lexer & { clone(): MooLexer }).clone()
  /** The end of the last token. */
  end = 0

  constructor(source: Source) {
    this.#source = source
    this.#lexer.reset(source.text)
  }

  /** Returns the next token; undefined after the last. */
  next(): Token | undefined {
    const { text } = this.#source
    const start = this.#skipSpace()
    if (start === text.length) return undefined
    const first = text[start]!
    if (SINGLE.has(first)) return this.#token('punctuation', first, first, start)
    WORD.lastIndex = start
    return WORD.test(text) ? this.#word(text.slice(start, WORD.lastIndex), start) : this.#other(start)
  }

  /** Returns the beginning of the next token; the end of the text if there is none. */
  #skipSpace(): number {
    const { text } = this.#source
    SPACE.lastIndex = this.end
    return SPACE.test(text) ? SPACE.lastIndex : this.end
  }

  #word(text: string, start: number): Token {
    const type = RESERVED.get(text) ?? 'symbol'
    if (type === 'boolean' || type === 'number') return this.#token(type, type, text, start)
    const end = start + text.length
    const source = this.#source
    // A namespace without a following name.
    if (source.text.startsWith('::', end) && !text.endsWith('?')) {
      const found = `${text}::`
      return this.#error(found, start, invalidCharacter(':', found, { source, start: end + 1, end: end + 2 }))
    }
    return this.#token(type, type === 'keyword' ? text : type, text, start)
  }

  /** Returns a token that moo finds. */
  #other(start: number): Token {
    const source = this.#source
    this.#lexer.index = start
    const { type, text } = this.#lexer.next()!
    switch (type) {
      case 'punctuation':
        return this.#token(type, text, text, start)
      case 'string':
        return this.#token(type, type, text, start)
      case 'number': {
        const diagnostic = diagnoseNumber(text, { source, start, end: start + text.length })
        return diagnostic ? this.#error(text, start, diagnostic) : this.#token(type, type, text, start)
      }
      case 'openString':
        return this.#error(text, start, diagnoseOpenString(source, start, text))
      default:
        return this.#error(text, start, diagnoseCharacter(source, start, text))
    }
  }

  #token(type: TokenType, kind: string, text: string, start: number): Token {
    this.end = start + text.length
    return { type, kind, text, source: this.#source, start, end: this.end, diagnostic: undefined }
  }

  #error(text: string, start: number, diagnostic: Diagnostic): Token {
    this.end = start + text.length
    return { type: 'error', kind: 'error', text, source: this.#source, start, end: this.end, diagnostic }
  }
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
