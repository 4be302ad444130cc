import type { Code } from './codes.js'
import type { Diagnostic } from './diagnostic.js'
import type { Span } from './source.js'
import { contentsOf, spanOf, type Token } from './token.js'

function error(
  code: Code,
  message: string,
  span: Span,
  data: Readonly<Record<string, unknown>>,
  hint?: string,
): Diagnostic {
  return { code, severity: 'error', message, span, data, ...(hint === undefined ? {} : { hint }) }
}

/** The syntax of Polar for that of other languages. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ['isa', 'write "matches"'],
  ['!', 'write "not"'],
  ['|', 'write "or"'],
  ['&', 'write "and"'],
  ['~', 'there are no regular expressions; write a method, such as text.startsWith("…")'],
  ["'", 'write a string in double quotes: "…"'],
  ['/', 'start a comment with #'],
  ['\uFEFF', 'remove the byte order mark: only the start of a text can have one'],
])

/** Returns the diagnostic of an invalid character; `found` is the part of the token before it. */
export function invalidCharacter(character: string, found: string, span: Span): Diagnostic {
  const named = character === '\0' ? 'The end of the text' : `The character ${JSON.stringify(character)}`
  const message = `${named} ${found ? `cannot follow ${JSON.stringify(found)}` : 'is not valid in Polar'}.`
  return error('invalid-character', message, span, { character, found }, found ? undefined : MEANT.get(character))
}

/** Returns the diagnostic of a text of UTF-16 that was read as UTF-8. */
export function notUtf8(span: Span): Diagnostic {
  return error('invalid-character', 'The text is UTF-16, not UTF-8.', span, {}, 'save the file as UTF-8')
}

/**
 * Returns the diagnostic of a quote at `span` that is never closed; `found` is the text after it.
 */
export function unclosedString(found: string, span: Span): Diagnostic {
  return error('invalid-character', 'This string is never closed.', span, { character: '\0', found }, 'close it with "')
}

export function lineBreakInString(found: string, span: Span): Diagnostic {
  const hint = 'close the string on its line, or write the line break as \\n'
  return error('invalid-character', 'A string cannot contain a line break.', span, { character: '\n', found }, hint)
}

export function integerOverflow(text: string, span: Span): Diagnostic {
  return error('integer-overflow', `The integer ${text} does not fit into 64 bits.`, span, { text })
}

export function invalidFloat(text: string, span: Span): Diagnostic {
  return error('invalid-float', `${text} is not a number.`, span, { text })
}

/** Words whose misuse has its own diagnostic. */
const RESERVED: ReadonlySet<string> = new Set(['debug', 'cut', 'in', 'new'])

/**
 * Returns the diagnostic of a statement that ends at `place` without a semicolon; `token` is the
 * first token of the next one.
 */
export function missingSemicolon(token: Token, place: Span): Diagnostic {
  const hint = 'end the statement here with a semicolon; join two conditions with "and"'
  const data = { token: contentsOf(token), at: spanOf(token) }
  return error('missing-semicolon', 'Missing semicolon.', place, data, hint)
}

/** Returns whether a word has a diagnostic of its own, since other languages use it. */
export const isForeign = (text: string): boolean => RESERVED.has(text) || MEANT.has(text)

/** Returns the diagnostic of an unexpected token. */
export function unexpectedToken(token: Token): Diagnostic {
  const { text } = token
  const span = spanOf(token)
  if (RESERVED.has(text)) {
    return error('reserved-word', `The word "${text}" is reserved and cannot be used here.`, span, { word: text })
  }
  const shown = text.length > 40 ? `${text.slice(0, 39)}…` : text
  const hint = isFileName(span.source.text) ? READ_FILE : (MEANT.get(text) ?? OPERATORS.get(before(span) + text))
  return error('unexpected-token', `Unexpected token ${shown}.`, span, { token: contentsOf(token) }, hint)
}

/** The operators of other languages, which are two in Polar. */
const OPERATORS: ReadonlyMap<string, string> = new Map([
  ['==', 'write "="'],
  ['<>', 'write "!="'],
])

const before = ({ source, start }: Span): string => source.text.slice(start - 1, start)

const READ_FILE = "read the file with loadPolicyFiles of '@arcturus/core/node'"

function isFileName(text: string): boolean {
  return text.length < 300 && /^\S+\.polar$/.test(text)
}

export function unexpectedEnd(span: Span): Diagnostic {
  return error(
    'unexpected-end',
    'Unexpected end of the text.',
    span,
    {},
    'add the missing semicolon or closing bracket',
  )
}

export function tooDeeplyNested(span: Span, limit: number): Diagnostic {
  return error('too-deeply-nested', `Nesting deeper than ${limit} levels is not supported.`, span, { limit })
}

export function wrongValueType(text: string, expected: 'value' | 'logical expression', span: Span): Diagnostic {
  const article = expected === 'value' ? 'a value' : 'a condition'
  const other = expected === 'value' ? 'a condition' : 'a value'
  return error('wrong-value-type', `Expected ${article}; this is ${other}.`, span, { text, expected })
}

/**
 * Returns the diagnostic of a duplicate key. `span` is the second occurrence, `entries` begins at
 * the first entry of the dictionary.
 */
export function duplicateKey(key: string, span: Span, entries: Span): Diagnostic {
  return error('duplicate-key', `Duplicate key "${key}".`, span, { key, entries })
}
