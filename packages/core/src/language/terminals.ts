import type { Token } from './token.js'
import { KEY_WORDS } from './words.js'

/** A terminal of the grammar, as nearley matches it with tokens. One state of the parser stands for all their kinds. */
export class Terminal {
  readonly #kinds: readonly string[]

  constructor(kinds: readonly string[]) {
    this.#kinds = kinds
  }

  test({ kind }: Pick<Token, 'kind'>): boolean {
    return this.#kinds.includes(kind)
  }
}

const SCALAR = ['string', 'number', 'boolean']
const ARITHMETIC = ['+', '-', '*', '/', 'mod', 'rem', 'in']
const COMPARISON = [...ARITHMETIC, '==', '!=', '<', '<=', '>', '>=']

/** Terminals that several kinds of tokens match. */
const SEVERAL: Readonly<Record<string, readonly string[]>> = {
  scalar: SCALAR,
  /** What is an expression by itself. */
  atom: [...SCALAR, 'symbol', 'cut'],
  /** The name of a field, a method, a keyword or an entry. */
  key: ['symbol', ...KEY_WORDS],
  /** What stands between parentheses behind a dot. */
  dotKey: ['symbol', 'string'],
  sign: ['+', '-'],
  printer: ['print', 'debug'],
  andOr: ['and', 'or'],
  /** What may join the operands of an element of a list, of the value of an entry, and of a condition. */
  arithmetic: ARITHMETIC,
  comparison: COMPARISON,
  operator: [...COMPARISON, '='],
}

/** The terminal that grammar.ne writes like this; undefined for the name of a production. */
export function terminalOf(symbol: string): Terminal | undefined {
  if (symbol.startsWith('"')) return new Terminal([symbol.slice(1, -1)])
  if (!symbol.startsWith('%')) return undefined
  const name = symbol.slice(1)
  return new Terminal(SEVERAL[name] ?? [name])
}
