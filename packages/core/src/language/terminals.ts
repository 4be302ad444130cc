import type { Token } from './token.js'
import { KEY_WORDS } from './words.js'

/** A terminal of the grammar, as nearley matches it with tokens. */
interface Terminal {
  test(token: Token): boolean
}

const oneOf = (...texts: string[]): Terminal => {
  const set = new Set(texts)
  return { test: (token) => set.has(token.text) }
}

const isScalar = ({ type }: Token): boolean => type === 'string' || type === 'number' || type === 'boolean'

const ARITHMETIC = ['+', '-', '*', '/', 'mod', 'rem', 'in']
const COMPARISON = ['==', '!=', '<', '<=', '>', '>=']

/** Terminals that several tokens match: one state of the parser stands for all of them. */
export const terminals: Readonly<Record<string, Terminal>> = {
  andOr: oneOf('and', 'or'),
  /** What may join the operands of an element of a list, of the value of an entry, and of a condition. */
  arithmetic: oneOf(...ARITHMETIC),
  comparison: oneOf(...ARITHMETIC, ...COMPARISON),
  operator: oneOf(...ARITHMETIC, ...COMPARISON, '='),
  sign: oneOf('+', '-'),
  printer: oneOf('print', 'debug'),
  scalar: { test: isScalar },
  /** What is an expression by itself. */
  atom: { test: (token) => token.type === 'symbol' || isScalar(token) || token.text === 'cut' },
  /** The name of a field, a method, a keyword or an entry. */
  key: { test: (token) => token.type === 'symbol' || (token.type === 'keyword' && KEY_WORDS.has(token.text)) },
  /** What stands between parentheses behind a dot. */
  dotKey: { test: ({ type }) => type === 'symbol' || type === 'string' },
}
