import type { Node } from '../language/ast.js'
import { startOf } from '../language/parse.js'
import { Prefix, type Start } from '../language/prefix.js'
import { Source } from '../language/source.js'
import type { Token } from '../language/token.js'
import { Tokens } from '../language/tokens.js'

/** What can be written at a place. */
export interface Expected {
  /** The kinds of tokens that the grammar accepts there: the words and signs themselves, and `symbol`, `string` and others. */
  readonly kinds: ReadonlySet<string>
  /** The beginning of the word or the string that is being written; the place itself if none is. */
  readonly start: number
  /** Whether the place is inside of a string. */
  readonly isInString: boolean
  /**
   * The statement or the production with a word or a string at `start`, ended there; undefined if neither is accepted.
   * Parts that follow from nothing written are `_`.
   */
  readonly node: Node | undefined
  /** The class of the block, if the place is in one. */
  readonly block: string | undefined
}

/** The ways to start a statement. */
const STARTS = ['rule', 'ruleType', 'inlineQuery', 'blockHeader'] as const

/**
 * Returns what can be written at the end of a text, which is the beginning of one statement. The grammar decides: nearley
 * reads the tokens, and its state has the tokens that can follow.
 */
export function expectedAfter(text: string): Expected | undefined {
  const source = new Source(text)
  const all = tokensOf(source)
  const last = all.at(-1)
  if (
    text
      .slice(last?.end ?? 0)
      .split('\n')
      .at(-1)!
      .includes('#')
  )
    return undefined
  const written = last && isOpen(last, text) ? last : undefined
  const tokens = written ? all.slice(0, -1) : all
  const start = written?.start ?? text.length
  const isInString = written?.type === 'error'
  const place = { source, start, end: text.length }
  const token: Token = isInString
    ? { type: 'string', kind: 'string', text: `"${text.slice(start + 1)}"`, ...place }
    : { type: 'symbol', kind: 'symbol', text: written?.type === 'symbol' ? written.text : '_', ...place }
  const { starts, own, block } = partOf(tokens, token)
  const prefixes = starts.map((one) => new Prefix(one)).filter((prefix) => own.every((one) => prefix.accept(one)))
  const kinds = new Set(prefixes.flatMap((prefix) => [...prefix.kinds]))
  if (block !== undefined && own.length === 0) kinds.add('}')
  const choices = isInString ? [token] : [token, { ...token, type: 'string', kind: 'string', text: '""' } as const]
  for (const prefix of prefixes) {
    for (const choice of choices) {
      if (!prefix.accept(choice)) continue
      // Sound: the header of a block alone has no kind.
      const node = prefix.end(choice) as Node
      return { kinds, start, isInString, node: node && 'kind' in node ? node : undefined, block }
    }
  }
  return { kinds, start, isInString, node: undefined, block }
}

function tokensOf(source: Source): readonly Token[] {
  const tokens = new Tokens(source)
  const found: Token[] = []
  for (let token = tokens.peek(); token; token = tokens.peek()) {
    found.push(token)
    tokens.skip()
  }
  return found
}

/** Returns whether a token at the end of a text is a word that can go on, or a string that is not closed. */
function isOpen({ type, text, end }: Token, { length }: string): boolean {
  if (end !== length) return false
  return type === 'symbol' || type === 'keyword' || type === 'boolean' || (type === 'error' && text.startsWith('"'))
}

/** Returns the tokens of the innermost part that is parsed alone, and how it can start. */
function partOf(
  tokens: readonly Token[],
  next: Token,
): { readonly starts: readonly Start[]; readonly own: readonly Token[]; readonly block: string | undefined } {
  const [first, second = next] = tokens
  if (!first) return { starts: STARTS, own: [], block: undefined }
  const start = startOf(first, second)
  const open = tokens.findIndex(({ text }) => text === '{')
  if (start !== 'blockHeader' || open === -1) return { starts: start ? [start] : [], own: tokens, block: undefined }
  const from = Math.max(
    open,
    tokens.findLastIndex(({ text }) => text === ';'),
  )
  return { starts: ['production'], own: tokens.slice(from + 1), block: tokens[open - 1]?.text }
}
