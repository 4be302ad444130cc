import moo from 'moo'
import type { Diagnostic } from './diagnostic.js'
import type { Source, Span } from './source.js'
import { integerOverflow, invalidCharacter, invalidFloat, lineBreakInString, unclosedString } from './syntaxErrors.js'
import type { Token, TokenType } from './token.js'

/** All but white space and ASCII punctuation; `first` also excludes digits. */
const first = '[^ \\n\\r\\t!-@[-^`{-~]'
const rest = '[^ \\n\\r\\t!-/:-@[-^`{-~]'

const lexer = moo.compile({
  space: { match: /(?:[ \n\r\t]+|#[^\n\r]*)+/, lineBreaks: true },
  symbol: {
    match: new RegExp(`${first}${rest}*(?:::${first}${rest}*)*\\??`),
    type: moo.keywords({
      keyword: 'new in cut debug print isa forall if and or not matches type mod rem'.split(' '),
      boolean: ['true', 'false'],
      number: ['inf', 'nan'],
    }),
  },
  string: /"[^"\\\n]*(?:\\[^][^"\\\n]*)*"/,
  number: /[0-9]+(?:\.[0-9]*)?(?:[eE][0-9+-]*)?/,
  colons: '::',
  punctuation: [
    ':=',
    ':',
    '==',
    '=',
    '<=',
    '<',
    '>=',
    '>',
    '!=',
    '!',
    '?=',
    '|',
    ',',
    '[',
    ']',
    '{',
    '}',
    '(',
    ')',
    '.',
    '+',
    '-',
    '*',
    '/',
    ';',
  ],
  openString: /"[^"\\\n]*(?:\\[^][^"\\\n]*)*\\?/,
  invalid: { match: /[^]/, lineBreaks: true },
})

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' }
const INTEGER = /^[0-9]+$/
const FLOAT = /^[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?$/
const LARGEST_INTEGER = 2n ** 63n - 1n

function unescape(text: string): string {
  return text.includes('\\')
    ? text.replace(/\\([^])/g, (_, character: string) => ESCAPES[character] ?? character)
    : text
}

/** A quote without its counterpart on the line: what is wrong, in the order in which a reader comes upon it. */
function diagnoseOpenString(source: Source, start: number, text: string): Diagnostic {
  const at = (offset: number, length: number): Span => ({ source, start: offset, end: offset + length })
  const end = start + text.length
  const trailing = /(?:^|[^\\])(?:\\\\)*\\$/.test(text)
  const found = unescape(text.slice(1, trailing ? -1 : undefined))
  if (end < source.text.length) return lineBreakInString(found, at(end, 1))
  return trailing ? invalidCharacter('\0', found, at(end - 1, 1)) : unclosedString(found, at(start, 1))
}

function diagnoseNumber(text: string, span: Span): Diagnostic | undefined {
  if (text === 'inf' || text === 'nan') return undefined
  if (INTEGER.test(text))
    return text.length > 18 && BigInt(text) > LARGEST_INTEGER ? integerOverflow(text, span) : undefined
  return FLOAT.test(text) ? undefined : invalidFloat(text, span)
}

/**
 * Splits a text into tokens, without white space and comments. Never fails: what is no token becomes one of type `error`
 * that says why.
 */
export function lex(source: Source): readonly Token[] {
  const tokens: Token[] = []
  const { text } = source
  const push = (type: TokenType, text: string, start: number, value = text, diagnostic?: Diagnostic) => {
    tokens.push({ type, text, value, span: { source, start, end: start + text.length }, diagnostic })
  }
  lexer.reset(text)
  for (let token = lexer.next(); token; token = lexer.next()) {
    const start = token.offset
    switch (token.type) {
      case 'space':
        break
      case 'string':
        push('string', token.text, start, unescape(token.text.slice(1, -1)))
        break
      case 'number': {
        const diagnostic = diagnoseNumber(token.text, { source, start, end: start + token.text.length })
        push(diagnostic ? 'error' : 'number', token.text, start, token.text, diagnostic)
        break
      }
      case 'colons': {
        const last = tokens.at(-1)
        if (last && last.span.end === start && last.type === 'symbol' && !last.text.endsWith('?')) {
          // A namespace without a name behind it: no longer the symbol that it began as.
          tokens.pop()
          const found = `${last.text}::`
          push(
            'error',
            found,
            last.span.start,
            found,
            invalidCharacter(':', found, { source, start: start + 1, end: start + 2 }),
          )
        } else {
          push('punctuation', ':', start)
          push('punctuation', ':', start + 1)
        }
        break
      }
      case 'openString':
        push('error', token.text, start, token.text, diagnoseOpenString(source, start, token.text))
        break
      case 'invalid':
        if (token.text === '?') {
          const next = String.fromCodePoint(text.codePointAt(start + 1) ?? 0)
          const span = { source, start: start + 1, end: Math.min(start + 1 + next.length, text.length) }
          push('error', '?', start, '?', invalidCharacter(next, '?=', span))
        } else {
          push(
            'error',
            token.text,
            start,
            token.text,
            invalidCharacter(token.text, '', { source, start, end: start + 1 }),
          )
        }
        break
      default:
        // The types left are those of `symbol` with its keywords, and `punctuation`.
        push(token.type as TokenType, token.text, start)
    }
  }
  return tokens
}
