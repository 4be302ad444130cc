import nearley, { type Rule } from 'nearley'
import type { Token } from './token.js'

type RulesByName = nearley.Grammar['byName']

/** The predictions at the end of the text: no rule can begin there. */
const NOTHING: RulesByName = {}

/**
 * Computes which rules can begin with a token, which halves the time of parsing.
 * An Earley parser predicts every rule that is possible at a place. Nearly all of them can't begin
 * with the next token, and that is known beforehand.
 */
export class Lookahead {
  readonly rules: RulesByName
  readonly #all: readonly Rule[]
  readonly #tables = new Map<string, RulesByName>()
  /** For each name of a rule, the names of the rules that begin with it. */
  readonly #begunBy = new Map<string, Set<string>>()

  /** @param grammar - Must not have empty rules. */
  constructor(grammar: nearley.Grammar) {
    this.rules = grammar.byName
    this.#all = grammar.rules
    for (const { name, symbols } of grammar.rules) {
      const first = symbols[0]
      if (typeof first !== 'string') continue
      const known = this.#begunBy.get(first)
      if (known) known.add(name)
      else this.#begunBy.set(first, new Set([name]))
    }
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
    for (const { name, symbols } of this.#all) {
      const first = symbols[0]!
      if (typeof first !== 'string' && first.test(token)) beginning.add(name)
    }
    // The loop also visits names that are added during it.
    for (const name of beginning) for (const one of this.#begunBy.get(name) ?? []) beginning.add(one)
    const table: RulesByName = {}
    for (const rule of this.#all) {
      const first = rule.symbols[0]!
      if (!(typeof first === 'string' ? beginning.has(first) : first.test(token))) continue
      const same = table[rule.name]
      if (same) same.push(rule)
      else table[rule.name] = [rule]
    }
    return table
  }
}

/** A grammar that shows a parser only the rules that can begin with the next token. */
export class PredictingGrammar extends nearley.Grammar {
  constructor(
    start: string,
    private readonly lookahead: Lookahead,
  ) {
    // nearley starts with the rule of the first production.
    super(lookahead.rules[start]!.slice(0, 1))
  }

  /** Sets the parser's next token; undefined for none. */
  expect(token: Token | undefined): void {
    this.byName = this.lookahead.rulesFor(token)
  }
}
