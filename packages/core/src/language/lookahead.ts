import nearley, { type Rule } from 'nearley'
import type { Terminal } from './terminals.js'
import type { Token } from './token.js'

type RulesByName = nearley.Grammar['byName']

/** What the parser predicts with before the end of the text: nothing can begin there. */
const NOTHING: RulesByName = {}

/**
 * Which rules can begin with a token. An Earley parser predicts every rule that could stand at a place; nearly all of them
 * can't begin with the token that is there, and that can be known beforehand. It halves the time that parsing takes.
 */
export class Lookahead {
  readonly rules: RulesByName
  readonly #tables = new Map<string, RulesByName>()

  /** No rule of the grammar may be empty. */
  constructor(grammar: nearley.Grammar) {
    this.rules = grammar.byName
  }

  rulesFor(token: Token | undefined): RulesByName {
    if (!token) return NOTHING
    let table = this.#tables.get(token.kind)
    if (!table) {
      table = this.#tableFor(token)
      this.#tables.set(token.kind, table)
    }
    return table
  }

  #tableFor(token: Token): RulesByName {
    const beginning = new Set<string>()
    const begins = ({ symbols }: Rule): boolean => {
      const symbol: string | Terminal = symbols[0]
      return typeof symbol === 'string' ? beginning.has(symbol) : symbol.test(token)
    }
    const names = Object.keys(this.rules)
    for (let size = -1; size !== beginning.size; ) {
      size = beginning.size
      for (const name of names) if (this.rules[name]!.some(begins)) beginning.add(name)
    }
    return Object.fromEntries(names.map((name) => [name, this.rules[name]!.filter(begins)]))
  }
}

/** A grammar of which a parser only sees the rules that can begin with the token that it gets next. */
export class PredictingGrammar extends nearley.Grammar {
  readonly #lookahead: Lookahead

  constructor(start: string, lookahead: Lookahead) {
    // The rule that nearley is to start with is that of the first one it is given.
    super(lookahead.rules[start]!.slice(0, 1))
    this.#lookahead = lookahead
  }

  /** The token that the parser gets next; undefined for none. */
  expect(token: Token | undefined): void {
    this.byName = this.#lookahead.rulesFor(token)
  }
}
