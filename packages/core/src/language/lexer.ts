import moo from 'moo'
import type { Diagnostic } from './diagnostic.js'
import type { Source, Span } from './source.js'
import { integerOverflow, invalidCharacter, invalidFloat, lineBreakInString, unclosedString } from './syntaxErrors.js'
import { resolveEscapes, type Token, type TokenType } from './token.js'
import { BOOLEANS, FLOATS, KEYWORDS, SYMBOL } from './words.js'

/** moo finds single characters without a regular expression if they come before all other rules. */
const rules = moo.compile({
  single: ['(', ')', '[', ']', '{', '}', ',', ';', '.', '+', '-', '*', '/', '|'],
  symbol: {
    match: SYMBOL,
    type: moo.keywords({ keyword: [...KEYWORDS], boolean: [...BOOLEANS], number: [...FLOATS] }),
  },
  space: { match: /(?:[ \n\r\t]+|#[^\n\r]*)+/, lineBreaks: true },
  string: /"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"/,
  number: /[0-9]+(?:\.[0-9]*)?(?:[eE][0-9+-]*)?/,
  punctuation: [':=', ':', '==', '=', '<=', '<', '>=', '>', '!=', '!', '?='],
  openString: /"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*\\?/,
  invalid: { match: /[\s\S]/, lineBreaks: true },
})

/** A lexer of moo, with the offset of its next token. */
type MooLexer = moo.Lexer & { index: number }

const SPACE = 32

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
    const source = this.#source
    for (let token = this.#take(); token; token = this.#take()) {
      const { text, offset: start } = token
      const type = token.type as TokenType | 'single' | 'space' | 'openString' | 'invalid'
      const end = start + text.length
      switch (type) {
        case 'space':
          continue
        case 'single':
        case 'punctuation':
          this.end = end
          return { type: 'punctuation', kind: text, text, source, start, end, diagnostic: undefined }
        case 'string':
        case 'boolean':
          this.end = end
          return { type, kind: type, text, source, start, end, diagnostic: undefined }
        case 'keyword':
        case 'symbol': {
          // A namespace without a following name.
          const broken = source.text.startsWith('::', end) && !text.endsWith('?')
          if (broken)
            return this.#error(
              `${text}::`,
              start,
              invalidCharacter(':', `${text}::`, { source, start: end + 1, end: end + 2 }),
              2,
            )
          this.end = end
          return { type, kind: type === 'keyword' ? text : type, text, source, start, end, diagnostic: undefined }
        }
        case 'number': {
          const diagnostic = diagnoseNumber(text, { source, start, end })
          if (diagnostic) return this.#error(text, start, diagnostic)
          this.end = end
          return { type, kind: type, text, source, start, end, diagnostic: undefined }
        }
        case 'openString':
          return this.#error(text, start, diagnoseOpenString(source, start, text))
        default:
          return this.#error(text, start, diagnoseCharacter(source, start, text))
      }
    }
    return undefined
  }

  /** Returns moo's next token. Moo would make a token of each single space, too. */
  #take(): moo.Token | undefined {
    const lexer = this.#lexer
    const { text } = this.#source
    while (text.charCodeAt(lexer.index) === SPACE) lexer.index++
    return lexer.next()
  }

  /** `more` is the number of moo's tokens after this one that belong to it. */
  #error(text: string, start: number, diagnostic: Diagnostic, more = 0): Token {
    for (let taken = 0; taken < more; taken++) this.#lexer.next()
    this.end = start + text.length
    return { type: 'error', kind: 'error', text, source: this.#source, start, end: this.end, diagnostic }
  }
}

function diagnoseNumber(text: string, span: Span): Diagnostic | undefined {
  if (text === 'inf' || text === 'nan') return undefined
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
