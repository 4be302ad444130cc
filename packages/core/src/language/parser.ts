import nearley from 'nearley'
import type { Declaration, ResourceBlock, ShorthandRule, Statement } from './ast.js'
import { type Operand, only } from './build/index.js'
import { Derived } from './derived.js'
import { productions } from './grammar.js'
import { Lookahead } from './lookahead.js'
import { terminalOf } from './terminals.js'
import type { Token } from './token.js'

/** The result of each way to start parsing. */
export interface Starts {
  rule: Statement
  ruleType: Statement
  inlineQuery: Statement
  blockHeader: Pick<ResourceBlock, 'keyword' | 'name'>
  production: Declaration | ShorthandRule
  query: Operand
}

let grammar: Lookahead | undefined

/** Returns the grammar, with the rules that can begin with each token. It is made for the first text that is parsed. */
export function lookahead(): Lookahead {
  grammar ??= new Lookahead(
    nearley.Grammar.fromCompiled({
      ParserStart: 'rule',
      ParserRules: productions.map(([name, symbols, build]) => ({
        name,
        symbols: symbols.split(' ').map((symbol) => terminalOf(symbol) ?? symbol),
        postprocess: (parts: (Derived | Token)[]) =>
          build === only && parts.length === 1 ? parts[0] : new Derived(build, parts),
      })),
    }),
  )
  return grammar
}

/**
 * nearley describes an error at a length that grows with the square of the nesting; only its place
 * is needed.
 */
export class Parser extends nearley.Parser {
  /** @param next - Returns the next token, which needs no lexer of nearley. */
  constructor(grammar: nearley.Grammar, next: () => Token | undefined) {
    const lexer = { next, reset: () => {}, save: () => ({}), formatError: () => '' }
    // Sound: nearley compares tokens by the tests of the terminals alone.
    super(grammar, { lexer: lexer as unknown as nearley.Lexer })
  }

  reportError(): string {
    return ''
  }
}
