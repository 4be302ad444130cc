import type nearley from 'nearley'
import type { Declaration, ResourceBlock, ShorthandRule, Statement } from './ast.js'
import { Derivation } from './derivation.js'
import type { Derived } from './derived.js'
import { PredictingGrammar } from './lookahead.js'
import { lookahead, Parser, type Starts } from './parser.js'
import type { Terminal } from './terminals.js'
import type { Token } from './token.js'

/** The way to start parsing. */
export type Start = Exclude<keyof Starts, 'query'>

/** A statement, a production of a block, or the header of a block. */
export type Parsed = Statement | Declaration | ShorthandRule | Pick<ResourceBlock, 'keyword' | 'name'>

/** A state of nearley, of which its types do not tell. */
interface State {
  readonly dot: number
  readonly rule: { readonly symbols: readonly (Terminal | string)[] }
}

/**
 * The kinds of tokens that end an unfinished statement, the best first. A value comes before a bracket that opens: every
 * bracket has to be closed again.
 */
const ENDS = [';', ')', ']', '}', ',', 'symbol', 'string', '(', '{', '=', 'if'] as const

/** The most tokens that end an unfinished statement. */
const MOST_ENDS = 2_000

/** The beginning of a statement: knows what the grammar expects next, and how to end it. */
export class Prefix {
  readonly #parser: nearley.Parser
  #next: Token | undefined

  constructor(start: Start) {
    const grammar = new PredictingGrammar(start, lookahead())
    // What can begin with the next token is not known here.
    grammar.byName = lookahead().rules
    this.#parser = new Parser(grammar, () => {
      const token = this.#next
      this.#next = undefined
      return token
    })
  }

  /** The kinds of tokens that can follow. */
  get kinds(): ReadonlySet<string> {
    return new Set(this.#terminals.flatMap(({ kinds }) => kinds))
  }

  get #terminals(): readonly Terminal[] {
    // Sound: nearley keeps the states of the current column.
    const { table, current } = this.#parser as unknown as {
      readonly table: readonly { readonly scannable: readonly State[] }[]
      readonly current: number
    }
    // Sound: `scannable` has the states whose next symbol is a terminal.
    return table[current]!.scannable.map(({ rule, dot }) => rule.symbols[dot] as Terminal)
  }

  /** Adds a token, unless it can't follow. */
  accept(token: Token): boolean {
    if (!this.#terminals.some((terminal) => terminal.test(token))) return false
    this.#next = token
    this.#parser.feed('')
    return true
  }

  /**
   * Ends the statement with as few tokens as needed, and builds it.
   * @param last - The last token: the others are put after it.
   */
  end(last: Token): Parsed | undefined {
    for (let left = MOST_ENDS; this.#parser.results === undefined || this.#parser.results.length === 0; left--) {
      const { kinds } = this
      const kind = ENDS.find((one) => kinds.has(one))
      if (kind === undefined || left === 0) return undefined
      this.accept(tokenAt(last.end, last, kind))
    }
    // Sound: nearley's results are those of the grammar.
    const { derivation, tokens } = Derivation.of(this.#parser.results[0] as Derived)
    return derivation.build(tokens) as Parsed
  }
}

/** Returns a token without text, at a place. */
function tokenAt(at: number, { source }: Token, kind: string): Token {
  const place = { source, start: at, end: at }
  if (kind === 'symbol') return { type: 'symbol', kind, text: '_', ...place }
  if (kind === 'string') return { type: 'string', kind, text: '""', ...place }
  return { type: kind === 'if' ? 'keyword' : 'punctuation', kind, text: kind, ...place }
}

/** Ends a statement whose first tokens are valid. */
export function ended(start: Start, tokens: readonly Token[]): Parsed | undefined {
  const prefix = new Prefix(start)
  const accepted = tokens.findIndex((token) => !prefix.accept(token))
  const last = tokens[(accepted === -1 ? tokens.length : accepted) - 1]
  return last && prefix.end(last)
}
