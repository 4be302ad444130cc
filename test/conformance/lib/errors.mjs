// Errors and warnings as JSON; README.md section 4.
import { classNameOf } from './values.mjs'

const CORE = /^(ParseError|RuntimeError|OperationalError|ValidationError)::\w+$/

/** An error, and the phase that it ended. */
export function encodeError(error, phase) {
  if (error === null || typeof error !== 'object') return { phase, kind: 'ThrownValue', value: String(error) }
  const name = typeof error.name === 'string' ? error.name : ''
  const isCore = CORE.test(name)
  const encoded = { phase, kind: isCore ? name : (classNameOf(error) ?? 'Error') }
  let message = String(error.message ?? '')
  const place = [...message.matchAll(/ at line (\d+), column (\d+)(?: of file [^\n]*?)?(?=:\n\t|$)/g)].at(-1)
  if (isCore && place) {
    encoded.line = Number(place[1])
    encoded.column = Number(place[2])
    message = message.slice(0, place.index)
  }
  encoded.message = withoutTrace(message)
    .trim()
    .replace(/\/[^\s]*\/(?=[\w.-]+\.(polar|txt))/g, '')
    .replace(/\s*\n\s*/g, ' ')
    .slice(0, 240)
  return encoded
}

function withoutTrace(message) {
  if (!message.startsWith('trace (most recent evaluation last)')) return message
  const start = message.search(/(Type error|Application error): /)
  return message.slice(start >= 0 ? start : message.lastIndexOf('\n\n') + 2)
}

const WARNINGS = [
  [/^Unknown specializer/, 'UnknownSpecializer'],
  [/^Expression without parentheses/, 'AmbiguousPrecedence'],
  [/does not contain an allow rule/, 'MissingAllowRule'],
  [/uses resource blocks but does not call/, 'MissingHasPermissionRule'],
]

/** The text of a warning. */
export function encodeWarning(text) {
  const encoded = { kind: WARNINGS.find(([pattern]) => pattern.test(text))?.[1] ?? 'Other' }
  const place = text.match(/ at line (\d+), column (\d+)/)
  if (place) {
    encoded.line = Number(place[1])
    encoded.column = Number(place[2])
  }
  const specializer = text.match(/^Unknown specializer (\S+?)(?:, did you mean (\w+)\?)?(?: at line|$)/)
  if (specializer) {
    encoded.name = specializer[1]
    if (specializer[2]) encoded.suggestion = specializer[2]
  }
  return encoded
}
