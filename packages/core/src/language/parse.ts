import { has } from '../own.js'
import type { Declaration, Expression, File, ResourceBlock, ShorthandRule, Statement } from './ast.js'
import { bare } from './build/index.js'
import { CloudForms } from './cloudForms.js'
import { Derivation, LONGEST, Shape } from './derivation.js'
import type { Derived } from './derived.js'
import type { Diagnostic } from './diagnostic.js'
import { PredictingGrammar } from './lookahead.js'
import { lookahead, Parser, type Starts } from './parser.js'
import type { Parsed, Start } from './prefix.js'
import { join, Source, type Span } from './source.js'
import { isForeign, missingSemicolon, tooDeeplyNested, unexpectedEnd, unexpectedToken } from './syntaxErrors.js'
import { spanOf, type Token } from './token.js'
import { NESTING_LIMIT, TokenFeed } from './tokenFeed.js'
import { Tokens } from './tokens.js'
import { checkValueTypes, hasKeys } from './valueTypes.js'

/** A syntax error; `braces` is how many `{` are open at the position of the tokens. */
interface Failed {
  readonly diagnostic: Diagnostic
  readonly braces: number
}

/**
 * Parses to the first `terminator`. Statements of the same shape are derived once.
 * Afterwards the tokens are after the parsed part, or at the first token that could not be parsed.
 */
function parse<S extends keyof Starts>(
  start: S,
  tokens: Tokens,
  terminator: string,
  known: Shape,
): { readonly value: Starts[S]; readonly derivation: Derivation } | Failed {
  const statement = tokens.through(terminator, LONGEST)
  const shape = statement && known.of(start, statement)
  const shared = shape?.derivation
  if (statement && shared) {
    tokens.skip(statement.length)
    // Sound, here and below: the productions of a start build its value.
    return { value: shared.build(statement) as Starts[S], derivation: shared }
  }
  const parsed = derive(start, tokens, terminator)
  if (has(parsed, 'diagnostic')) return parsed
  const { derivation, tokens: own } = Derivation.of(parsed.derivations[0]!)
  if (shape) shape.derivation = derivation
  return { value: derivation.build(own) as Starts[S], derivation }
}

/**
 * Derives the text to the first `terminator`, or to the end. An unambiguous grammar has one
 * derivation.
 */
export function derive(
  start: keyof Starts,
  tokens: Tokens,
  terminator?: string,
): { readonly derivations: readonly Derived[] } | Failed {
  const begin = tokens.peek()?.start ?? 0
  const grammar = new PredictingGrammar(start, lookahead())
  const feed = new TokenFeed(tokens, terminator, grammar)
  // Sound: nearley uses `text` of a token before `value`; its types only have the latter.
  const parser = new Parser(grammar, () => feed.next())
  const failed = (diagnostic: Diagnostic): Failed => ({ diagnostic, braces: feed.braces })
  try {
    parser.feed('')
  } catch (error) {
    const token = tokens.peek()
    if (!(error instanceof Error && 'token' in error && token !== undefined && error.token === token)) throw error
    const isMissing = terminator === ';' && startsNext(tokens) && isComplete(start, tokens, begin)
    return failed(isMissing ? missingSemicolon(token, placeAfter(tokens)) : unexpectedToken(token))
  }
  const token = tokens.peek()
  if (token && feed.stop === 'error token') return failed(token.diagnostic ?? unexpectedToken(token))
  if (token && feed.stop === 'too deep') return failed(tooDeeplyNested(spanOf(token), NESTING_LIMIT))
  return parser.results.length === 0 ? failed(unexpectedEnd(tokens.end)) : { derivations: parser.results }
}

/**
 * Returns whether the current token can begin the next statement: it is the first of its line, or
 * the beginning of a call or a test.
 */
function startsNext(tokens: Tokens): boolean {
  const token = tokens.peek()!
  if (isForeign(token.text)) return false
  if (token.text === '?=' || token.text === 'type') return true
  if (token.type !== 'symbol' && token.type !== 'string') return false
  const before = tokens.source.text.slice(tokens.last?.end ?? 0, token.start)
  return before.includes('\n') || (token.type === 'symbol' && tokens.peek(1)?.text === '(')
}

/** Returns whether the text from `begin` to the current token is a statement without its semicolon. */
function isComplete(start: keyof Starts, tokens: Tokens, begin: number): boolean {
  const end = tokens.last?.end ?? begin
  if (end <= begin) return false
  const text = `${tokens.source.text.slice(begin, end)};`
  return has(derive(start, new Tokens(new Source(text)), ';'), 'derivations')
}

function placeAfter({ source, last }: Tokens): Span {
  const end = last?.end ?? 0
  return { source, start: end, end }
}

/** Parses a query: one expression, without a semicolon. */
export function parseQuery(
  source: Source,
): { readonly expression: Expression } | { readonly diagnostics: readonly Diagnostic[] } {
  const parsed = derive('query', new Tokens(source))
  if (has(parsed, 'diagnostic')) return { diagnostics: [parsed.diagnostic] }
  const { derivation, tokens } = Derivation.of(parsed.derivations[0]!)
  const expression = bare(derivation.build(tokens) as Starts['query'])
  const diagnostics = checkValueTypes(expression)
  return diagnostics.length > 0 ? { diagnostics } : { expression }
}

/**
 * Parses a policy in time linear in the length of the text.
 * Statements are parsed one by one, so that all syntax errors are found. Each invalid statement is
 * left out of the file and has a diagnostic.
 * @param known - The root of the shapes that were parsed already.
 * @param isForOso - Whether invalid statements have the diagnostics that `oso` has.
 */
export function parseFile(
  source: Source,
  known: Shape = new Shape(),
  isForOso = false,
): { readonly file: File; readonly statements: readonly Statement[]; readonly diagnostics: readonly Diagnostic[] } {
  const parsing: Parsing = { tokens: new Tokens(source), known, forms: isForOso ? undefined : new CloudForms() }
  const statements: Statement[] = []
  const diagnostics: Diagnostic[] = []
  while (parsing.tokens.peek()) {
    const statement = parseNext(parsing, diagnostics)
    if (statement) statements.push(statement)
  }
  const span = { source, start: 0, end: source.text.length }
  return { file: { kind: 'file', statements, span }, statements, diagnostics }
}

/** What parsing a text needs. */
export interface Parsing {
  readonly tokens: Tokens
  /** The root of the shapes that were parsed already. */
  readonly known: Shape
  /** The forms of Oso Cloud; undefined if they have no diagnostics of their own. */
  readonly forms: CloudForms | undefined
  /**
   * Makes a statement or a production of the valid first tokens of an invalid one, from its first token to the position of
   * the tokens. Default: it is left out.
   */
  readonly repair?: (start: Start, first: Token) => Parsed | undefined
}

/**
 * Parses the statement at the position of the tokens, which are then after it.
 * @returns undefined for an invalid statement, which has a diagnostic.
 */
export function parseNext(parsing: Parsing, diagnostics: Diagnostic[]): Statement | undefined {
  const { tokens, forms } = parsing
  const first = tokens.peek()!
  if (forms?.statement(tokens, diagnostics)) return undefined
  const parsed = parseStatement(first, parsing, diagnostics)
  if (!parsed?.isWhole) skipStatement(first, tokens)
  if (!parsed) return undefined
  const { value: statement, derivation } = parsed
  if (derivation?.isValid) return statement
  const wrong = checkValueTypes(statement)
  for (const one of wrong) diagnostics.push(one)
  if (wrong.length > 0) return undefined
  if (derivation && !hasKeys(statement)) derivation.isValid = true
  return statement
}

/**
 * Parses the statement that begins at `first`, the current token; returns undefined after an error.
 */
function parseStatement(
  first: Token,
  parsing: Parsing,
  diagnostics: Diagnostic[],
): { readonly value: Statement; readonly derivation: Derivation | undefined; readonly isWhole: boolean } | undefined {
  const { tokens, known, repair } = parsing
  const start = startOf(first, tokens.peek(1))
  if (start === undefined) {
    diagnostics.push(first.diagnostic ?? unexpectedToken(first))
    return undefined
  }
  if (start === 'blockHeader') {
    const block = parseBlock(first, parsing, diagnostics)
    return block && { value: block, derivation: undefined, isWhole: true }
  }
  const parsed = parse(start, tokens, ';', known)
  if (has(parsed, 'value')) return { ...parsed, isWhole: true }
  diagnostics.push(parsed.diagnostic)
  // Sound: the productions of these starts build statements.
  const value = repair?.(start, first) as Statement | undefined
  return value && { value, derivation: undefined, isWhole: false }
}

/** Returns how to parse the statement that begins with two tokens; undefined if none can. */
export function startOf(
  first: Token,
  second: Token | undefined,
): 'rule' | 'ruleType' | 'inlineQuery' | 'blockHeader' | undefined {
  if (first.text === 'type') return 'ruleType'
  if (first.text === '?=') return 'inlineQuery'
  if (first.type !== 'symbol') return undefined
  return second?.type === 'symbol' || second?.text === '{' ? 'blockHeader' : 'rule'
}

/**
 * Parses a block with those of its productions that are valid; returns undefined after an error in
 * its header.
 */
function parseBlock(
  first: Token,
  { tokens, known, forms, repair }: Parsing,
  diagnostics: Diagnostic[],
): ResourceBlock | undefined {
  const header = parse('blockHeader', tokens, '{', known)
  if (has(header, 'diagnostic')) {
    diagnostics.push(header.diagnostic)
    return undefined
  }
  const productions: (Declaration | ShorthandRule)[] = []
  while (tokens.peek()?.text !== '}') {
    if (beginsStatement(tokens)) {
      // The block's `}` is missing. No production begins like a statement.
      const [first, second] = [tokens.peek()!, tokens.peek(1)]
      diagnostics.push(unexpectedToken(first.type === 'symbol' && second ? second : first))
      break
    }
    if (forms?.production(tokens, diagnostics)) {
      skipProduction(tokens, 0)
      continue
    }
    const begin = tokens.peek()
    const production = parse('production', tokens, ';', known)
    if (has(production, 'value')) {
      productions.push(production.value)
      continue
    }
    diagnostics.push(production.diagnostic)
    // Sound: the productions of this start build productions of blocks.
    const repaired = begin && (repair?.('production', begin) as Declaration | ShorthandRule | undefined)
    if (repaired) productions.push(repaired)
    if (!tokens.peek()) break
    skipProduction(tokens, production.braces)
  }
  if (tokens.peek()?.text === '}') tokens.skip()
  return { kind: 'resource block', ...header.value, productions, span: join(first, tokens.last ?? first) }
}

/**
 * Returns whether the tokens are at the beginning of a line, and of a likely statement: parsing can
 * resume there after an error.
 */
function beginsStatement(tokens: Tokens): boolean {
  const first = tokens.peek()
  if (!first || (first.start > 0 && tokens.source.text[first.start - 1] !== '\n')) return false
  if (first.text === 'type' || first.text === '?=') return true
  const second = tokens.peek(1)
  if (first.type !== 'symbol' || !second) return false
  return second.text === '(' || second.text === '{' || (second.type === 'symbol' && tokens.peek(2)?.text === '{')
}

/** Resumes after an error in the statement that began at `first`. */
function skipStatement(first: Token, tokens: Tokens): void {
  for (let token = tokens.peek(); token; token = tokens.peek()) {
    if (token !== first && beginsStatement(tokens)) break
    tokens.skip()
    if (token.text === ';') break
  }
  // The end of an invalid block.
  while (tokens.peek()?.text === '}') tokens.skip()
}

/** Resumes after an error in a production: after its `;`, or at the block's `}`. */
function skipProduction(tokens: Tokens, open: number): void {
  let braces = open
  for (let token = tokens.peek(); token; token = tokens.peek()) {
    if (token.text === '{') braces++
    else if (token.text === '}' && braces-- === 0) return
    else if (beginsStatement(tokens)) return
    tokens.skip()
    if (token.text === ';') return
  }
}
