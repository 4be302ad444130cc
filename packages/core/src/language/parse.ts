import nearley from 'nearley'
import type { Declaration, Expression, File, ResourceBlock, ShorthandRule, Statement } from './ast.js'
import type { Diagnostic } from './diagnostic.js'
import compiled from './grammar.js'
import { lex } from './lexer.js'
import { join, type Raw, resolve } from './operators.js'
import type { Source, Span } from './source.js'
import { tooDeeplyNested, unexpectedEnd, unexpectedToken } from './syntaxErrors.js'
import { terminals } from './terminals.js'
import type { Token } from './token.js'
import { NESTING_LIMIT, TokenFeed } from './tokenFeed.js'
import { checkValueTypes } from './valueTypes.js'

/** What each way to start parsing gives. */
interface Starts {
  rule: Statement
  ruleType: Statement
  inlineQuery: Statement
  blockHeader: Pick<ResourceBlock, 'keyword' | 'name'>
  production: Declaration | ShorthandRule
  query: Raw
}

/** The generated rules, with the sets of tokens that nearley's generator knows nothing of. */
const rules = compiled.ParserRules.map((rule) => ({
  ...rule,
  symbols: rule.symbols.map((symbol) =>
    typeof symbol === 'object' && 'type' in symbol ? (terminals[String(symbol.type)] ?? symbol) : symbol,
  ),
}))
const grammarFrom = (start: keyof Starts): nearley.Grammar =>
  nearley.Grammar.fromCompiled({ ParserRules: rules, ParserStart: start })
const grammars: Readonly<Record<keyof Starts, nearley.Grammar>> = {
  rule: grammarFrom('rule'),
  ruleType: grammarFrom('ruleType'),
  inlineQuery: grammarFrom('inlineQuery'),
  blockHeader: grammarFrom('blockHeader'),
  production: grammarFrom('production'),
  query: grammarFrom('query'),
}

/** nearley describes an error at a length that grows with the square of the nesting; we need only its place. */
class Parser extends nearley.Parser {
  reportError(): string {
    return ''
  }
}

/** `at` is the index of the token behind what was parsed, or of the one that could not be. */
type Parsed<T> =
  | { readonly at: number; readonly derivations: readonly T[] }
  | { readonly at: number; readonly diagnostic: Diagnostic }

/** Parses the tokens from `from` to the first `terminator`, or to their end. */
export function derive<S extends keyof Starts>(
  start: S,
  source: Source,
  tokens: readonly Token[],
  from: number,
  terminator?: string,
): Parsed<Starts[S]> {
  const feed = new TokenFeed(tokens, from, terminator)
  const parser = new Parser(grammars[start], { lexer: feed })
  try {
    parser.feed('')
  } catch (error) {
    const token = tokens[feed.at - 1]
    if (!(error instanceof Error && 'token' in error && token !== undefined && error.token === token)) throw error
    return { at: feed.at - 1, diagnostic: unexpectedToken(token) }
  }
  const { at } = feed
  if (feed.stop === 'error token') return { at, diagnostic: tokens[at]!.diagnostic! }
  if (feed.stop === 'too deep') return { at, diagnostic: tooDeeplyNested(tokens[at]!.span, NESTING_LIMIT) }
  if (parser.results.length === 0) return { at, diagnostic: unexpectedEnd(endOf(source, tokens)) }
  return { at, derivations: parser.results }
}

/** Where the last token ends: the place of what is missing. */
function endOf(source: Source, tokens: readonly Token[]): Span {
  const end = tokens.at(-1)?.span.end ?? 0
  return { source, start: end, end }
}

/**
 * Parses a policy. Statements are parsed one by one, so that all syntax errors are found: those that are left out of the
 * file have a diagnostic each. Takes time linear in the length of the text.
 */
export function parseFile(source: Source): { readonly file: File; readonly diagnostics: readonly Diagnostic[] } {
  const tokens = lex(source)
  const statements: Statement[] = []
  const diagnostics: Diagnostic[] = []
  let at = 0
  const keep = (statement: Statement): void => {
    const wrong = checkValueTypes(statement)
    if (wrong.length === 0) statements.push(statement)
    else diagnostics.push(...wrong)
  }
  const recover = (from: number, failed: number, diagnostic: Diagnostic): void => {
    diagnostics.push(diagnostic)
    at = nextStatement(source, tokens, from, failed)
  }
  while (at < tokens.length) {
    const from = at
    const start = startOf(tokens, at)
    if (start === undefined) {
      const token = tokens[at]!
      recover(from, from, token.diagnostic ?? unexpectedToken(token))
      continue
    }
    if (start !== 'blockHeader') {
      const parsed = derive(start, source, tokens, from, ';')
      if ('diagnostic' in parsed) recover(from, parsed.at, parsed.diagnostic)
      else {
        at = parsed.at
        keep(parsed.derivations[0]!)
      }
      continue
    }
    const header = derive(start, source, tokens, from, '{')
    if ('diagnostic' in header) {
      recover(from, header.at, header.diagnostic)
      continue
    }
    const block = parseProductions(source, tokens, header.at, diagnostics)
    at = block.at
    const span = join(tokens[from]!.span, tokens[at - 1]!.span)
    keep({ kind: 'resource block', ...header.derivations[0]!, productions: block.productions, span })
  }
  const file: File = { kind: 'file', statements, span: { source, start: 0, end: source.text.length } }
  return { file, diagnostics }
}

/** What the statement that begins at a token is; undefined if none can begin there. */
function startOf(
  tokens: readonly Token[],
  at: number,
): 'rule' | 'ruleType' | 'inlineQuery' | 'blockHeader' | undefined {
  const token = tokens[at]!
  if (token.text === 'type') return 'ruleType'
  if (token.text === '?=') return 'inlineQuery'
  if (token.type !== 'symbol') return undefined
  const next = tokens[at + 1]
  return next?.type === 'symbol' || next?.text === '{' ? 'blockHeader' : 'rule'
}

/** The inside of a block, from behind its `{` to behind its `}`. */
function parseProductions(
  source: Source,
  tokens: readonly Token[],
  from: number,
  diagnostics: Diagnostic[],
): { readonly at: number; readonly productions: ResourceBlock['productions'] } {
  const productions: (Declaration | ShorthandRule)[] = []
  let at = from
  while (tokens[at]?.text !== '}') {
    const parsed = derive('production', source, tokens, at, ';')
    if ('derivations' in parsed) {
      productions.push(parsed.derivations[0]!)
      at = parsed.at
      continue
    }
    diagnostics.push(parsed.diagnostic)
    // A statement where a production belongs: the block's `}` is missing.
    if (beginsStatement(source, tokens, at)) return { at, productions }
    const next = nextProduction(source, tokens, at, parsed.at)
    if (next >= tokens.length || beginsStatement(source, tokens, next)) return { at: next, productions }
    at = next
  }
  return { at: at + 1, productions }
}

/** Whether a token is at the very beginning of a line and of what looks like a statement: where reading goes on after an error. */
function beginsStatement(source: Source, tokens: readonly Token[], at: number): boolean {
  const token = tokens[at]
  if (!token || (token.span.start > 0 && source.text[token.span.start - 1] !== '\n')) return false
  if (token.text === 'type' || token.text === '?=') return true
  const next = tokens[at + 1]
  if (token.type !== 'symbol' || !next) return false
  return next.text === '(' || next.text === '{' || (next.type === 'symbol' && tokens[at + 2]?.text === '{')
}

/** Where to go on after an error at `failed` in the statement that begins at `from`. */
function nextStatement(source: Source, tokens: readonly Token[], from: number, failed: number): number {
  let at = failed
  while (at < tokens.length && (at === from || !beginsStatement(source, tokens, at))) {
    if (tokens[at++]!.text === ';') break
  }
  // The end of a block that was not one.
  while (tokens[at]?.text === '}') at++
  return at
}

/** Where to go on after an error at `failed` in the production that begins at `from`: behind its `;`, or at the block's `}`. */
function nextProduction(source: Source, tokens: readonly Token[], from: number, failed: number): number {
  let braces = 0
  for (let at = from; at < tokens.length; at++) {
    const { text } = tokens[at]!
    if (text === '{') braces++
    else if (text === '}' && braces-- === 0) return at
    else if (at >= failed && (text === ';' || (at > from && beginsStatement(source, tokens, at))))
      return text === ';' ? at + 1 : at
  }
  return tokens.length
}

/** Parses a query: one expression, without a semicolon. */
export function parseQuery(
  source: Source,
): { readonly expression: Expression } | { readonly diagnostics: readonly Diagnostic[] } {
  const tokens = lex(source)
  const parsed = derive('query', source, tokens, 0)
  if ('diagnostic' in parsed) return { diagnostics: [parsed.diagnostic] }
  const expression = resolve(parsed.derivations[0]!)
  const diagnostics = checkValueTypes(expression)
  return diagnostics.length > 0 ? { diagnostics } : { expression }
}
