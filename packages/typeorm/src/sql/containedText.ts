import type { SqlDialect } from '@arcturus/sql'

/** The words that begin a clause outside of brackets. */
const clauses =
  /(?<![\w.$]|\.\s*)(?:where|group|having|window|union|intersect|except|minus|order|limit|offset|fetch|for|into|returning|join|straight_join|procedure|lock|(?<!\bdistinct\s+)from)(?![\w$])/i

/** Matches SQL without quotes, brackets, comments and other characters that could end its place. */
const harmless = /^[^'"`[\]();#$\0/*-]*$/

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']' }

/**
 * Returns whether custom SQL stays inside the brackets around it. Its own brackets must be balanced
 * and its quotes closed. It must have no comment, no second statement, and no quote that databases
 * end at different places.
 */
export function isContained(text: string, dialect: SqlDialect): boolean {
  return unquoted(text, dialect) !== undefined
}

/**
 * Returns whether SQL stays inside a clause without brackets around it, such as `ON …` or
 * `GROUP BY …`.
 */
export function isWithinClause(text: string, dialect: SqlDialect): boolean {
  const rest = unquoted(text, dialect)
  return rest !== undefined && !clauses.test(rest)
}

/** Returns the text outside of brackets and quotes, or undefined if the text is not contained. */
function unquoted(text: string, dialect: SqlDialect): string | undefined {
  if (harmless.test(text)) return text
  const open: string[] = []
  let rest = ''
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    const end = endOfQuote(character, dialect)
    if (end !== undefined) {
      at = closed(text, at, end, dialect)
      if (at < 0) return undefined
      if (open.length === 0) rest += '"'
    } else if (closing[character] !== undefined) {
      open.push(closing[character])
    } else if (character === ')' || character === ']') {
      if (open.pop() !== character) return undefined
      if (open.length === 0) rest += ' '
    } else if (isEscape(text, at, dialect)) {
      return undefined
    } else if (open.length === 0) {
      rest += character
    }
  }
  return open.length === 0 ? rest : undefined
}

function endOfQuote(character: string, dialect: SqlDialect): string | undefined {
  if (character === "'" || character === '"' || (character === '`' && dialect !== 'postgresql')) return character
  return character === '[' && dialect === 'sqlite' ? ']' : undefined
}

/**
 * Returns the position of the end of a quote, or -1 if there is none or a backslash makes it depend
 * on the database.
 */
function closed(text: string, start: number, end: string, dialect: SqlDialect): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] !== end) continue
    if (text[at - 1] === '\\' && at - 1 > start && dialect !== 'sqlite') return -1
    if (text[at + 1] !== end || end === ']') return at
    at++
  }
  return -1
}

/** Returns whether a comment, another statement, or a quote of another kind begins here. */
function isEscape(text: string, at: number, dialect: SqlDialect): boolean {
  switch (text[at]) {
    case ';':
    case '\0':
      return true
    case '-':
      return text[at + 1] === '-'
    case '/':
      return text[at + 1] === '*'
    case '*':
      return text[at + 1] === '/'
    case '#':
      return dialect === 'mysql'
    case '$':
      return /^\$\w*\$/.test(text.slice(at))
    default:
      return false
  }
}
