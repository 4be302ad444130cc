import type { Token } from './token.js'
import { KEY_WORDS } from './words.js'

/**
 * A terminal of the grammar, which nearley matches with tokens. One state of the parser covers all
 * their kinds.
 */
export class Terminal {
  constructor(readonly kinds: readonly string[]) {}

  test({ kind }: Pick<Token, 'kind'>): boolean {
    return this.kinds.includes(kind)
  }
}

const SCALAR = ['string', 'number', 'boolean']
const ARITHMETIC = ['+', '-', '*', '/', 'mod', 'rem', 'in']
const COMPARISON = [...ARITHMETIC, '==', '!=', '<', '<=', '>', '>=']

/** Terminals that match several kinds of tokens. */
const SEVERAL: Readonly<Record<string, readonly string[]>> = {
  scalar: SCALAR,
  /** A token that is an expression by itself. */
  atom: [...SCALAR, 'symbol', 'cut'],
  /** The name of a field, a method, a keyword or an entry. */
  key: ['symbol', ...KEY_WORDS],
  /** The contents of parentheses after a dot. */
  dotKey: ['symbol', 'string'],
  sign: ['+', '-'],
  printer: ['print', 'debug'],
  andOr: ['and', 'or'],
  /**
   * Operators that can join the operands of a list's element, of an entry's value, and of a
   * condition.
   */
  arithmetic: ARITHMETIC,
  comparison: COMPARISON,
  operator: [...COMPARISON, '='],
}

/** Returns the terminal for a symbol of grammar.ne; undefined for the name of a production. */
export function terminalOf(symbol: string): Terminal | undefined {
  if (symbol.startsWith('"')) return new Terminal([symbol.slice(1, -1)])
  if (!symbol.startsWith('%')) return undefined
  const name = symbol.slice(1)
  return new Terminal(SEVERAL[name] ?? [name])
}
