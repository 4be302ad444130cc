import type { Call, InlineQuery, Node, Rule, Statement } from '../../language/ast.js'
import type { Code } from '../../language/codes.js'
import type { Diagnostic } from '../../language/diagnostic.js'
import type { Source, Span } from '../../language/source.js'
import type { NodeOf } from '../../language/visit.js'
import { own } from '../../own.js'
import type { Schema } from '../../schema/schema.js'
import { entryOf } from '../../values/entryOf.js'
import type { MergedBlock } from '../blocks.js'
import type { RuleFacts } from '../kept.js'
import type { Policy } from '../policy.js'
import type { RuleTypes } from '../ruleTypes.js'

type More = Pick<Diagnostic, 'hint' | 'data'>

/** The context of a check: the registered names, and functions that report diagnostics. */
export interface CheckContext {
  readonly sources: readonly Source[]
  readonly schema: Schema
  /** Whether a policy that `oso` accepts has no errors, and errors are those that `oso` has. */
  readonly isForOso: boolean
  error(code: Code, message: string, span: Span | undefined, more?: More): void
  warning(code: Code, message: string, span: Span | undefined, more?: More): void
}

/** The context once all blocks are read. */
export interface BlockContext extends CheckContext {
  readonly blocks: ReadonlyMap<string, MergedBlock>
}

/** The context once the shorthand is expanded. */
export interface PolicyContext extends BlockContext {
  /** All rules by name; `expanded` are those of the shorthand in blocks. */
  readonly rules: ReadonlyMap<string, readonly Rule[]>
  readonly expanded: ReadonlySet<Rule>
  readonly unions: Policy['unions']
  readonly ruleTypes: RuleTypes
  /** The rules that the application queries by name. */
  readonly queryRules: ReadonlySet<string>
}

/** The functions of a check: one for each kind of statement that it reads; `end` is called after the last one. */
export type Handlers = {
  readonly [K in Statement['kind'] | 'declaration' | 'shorthand rule']?: (node: NodeOf<K>) => void
} & {
  /** Receives a call, after the rule or the inline query that it is in. */
  readonly call?: (call: Call, within: Rule | InlineQuery) => void
  readonly end?: () => void
}

/** A check of statements, one at a time. */
export type Check<Context extends CheckContext = CheckContext> = (context: Context) => Omit<Handlers, 'call'>

/** A check of rules and inline queries, and of the calls in them. */
export type RuleCheck = (context: PolicyContext) => Pick<Handlers, 'rule' | 'inline query' | 'call'>

/** A check of all rules and inline queries together. */
export type PolicyCheck = (context: PolicyContext) => ReturnType<RuleCheck> & Pick<Handlers, 'end'>

/**
 * Rows of checks. The diagnostics of one row are in source order, and the rows follow each other.
 */
export type Rows<Context extends CheckContext> = readonly (readonly Check<Context>[])[]

/** The checks of a policy that is loaded. */
export interface LoadChecks {
  /** Whether a policy that `oso` accepts must load, and errors are those that `oso` has. */
  readonly isForOso: boolean
  /** Checks of rules, rule types and blocks, one statement at a time. */
  readonly statements: Rows<CheckContext>
  /** Checks of blocks, once all of them are read. */
  readonly blocks: Rows<BlockContext>
  /** Checks of all rules and inline queries together. */
  readonly policy: readonly (readonly PolicyCheck[])[]
  /**
   * Checks of each rule and each inline query. What they find depends on it, on the blocks and the rule types, and on the
   * rules that its calls reach.
   */
  readonly rules: readonly (readonly RuleCheck[])[]
}

/** Adds two functions to a context, which report into `found`. */
export function reporting<Facts extends Pick<CheckContext, 'sources' | 'schema'>>(
  facts: Facts,
  found: Diagnostic[],
): Facts & Pick<CheckContext, 'error' | 'warning'> {
  const report =
    (severity: Diagnostic['severity']) =>
    (code: Code, message: string, span: Span | undefined, more?: More): void => {
      found.push({ code, severity, message, span, ...more })
    }
  return { ...facts, error: report('error'), warning: report('warning') }
}

type Handler = (node?: Node, within?: Node) => void

/** Rows of checks that visit statements. */
class Visitors<Context extends CheckContext> {
  /** What they have found, by row. */
  readonly found: readonly Diagnostic[][]
  readonly #handlers = new Map<string, Handler[]>()

  constructor(
    rows: readonly (readonly ((context: Context) => Handlers)[])[],
    contextFor: (found: Diagnostic[]) => Context,
  ) {
    this.found = rows.map(() => [])
    for (const [row, checks] of rows.entries()) {
      const context = contextFor(this.found[row]!)
      // Sound: a function is only called with nodes of its own kind.
      for (const [kind, handler] of checks.flatMap((check) => Object.entries(own(check(context)))))
        entryOf(this.#handlers, kind, () => []).push(handler as Handler)
    }
  }

  visit(statement: Statement, calls: readonly Call[] = nothing): void {
    this.#call(statement.kind, statement)
    if (statement.kind === 'resource block') for (const one of statement.productions) this.#call(one.kind, one)
    for (let at = 0; at < calls.length; at++) this.#call('call', calls[at], statement)
  }

  end(): void {
    this.#call('end')
  }

  #call(kind: string, node?: Node, within?: Node): void {
    const handlers = this.#handlers.get(kind)
    if (handlers) for (let at = 0; at < handlers.length; at++) handlers[at]!(node, within)
  }

  /** Moves what they have found into a list. */
  moveInto(list: Diagnostic[]): void {
    for (const row of this.found) if (row.length > 0) for (const one of row.splice(0)) list.push(one)
  }
}

/**
 * Runs checks over groups of statements, and reports into `into`.
 * Diagnostics are ordered by group, then by row, then in source order, and for one node in the
 * order of the checks.
 */
export function runChecks<Context extends CheckContext>(
  rows: Rows<Context>,
  contextFor: (found: Diagnostic[]) => Context,
  groups: Iterable<readonly Statement[]>,
  into: Diagnostic[],
): void {
  const visitors = new Visitors(rows, contextFor)
  for (const group of groups) {
    for (let at = 0; at < group.length; at++) visitors.visit(group[at]!)
    visitors.moveInto(into)
  }
  visitors.end()
  visitors.moveInto(into)
}

/**
 * Runs the checks of a policy, and those of its rules unless what they find is known. Reports into `into`, by row, then in
 * source order. Of a place in a rule, a mistake is reported once, however many calls lead to it.
 */
export function checkRules(
  { policy, rules }: Pick<LoadChecks, 'policy' | 'rules'>,
  contextFor: (found: Diagnostic[]) => PolicyContext,
  nodes: readonly RuleFacts[],
  into: Diagnostic[],
): void {
  const together = new Visitors(policy, contextFor)
  const single = new Visitors(rules, contextFor)
  const found = rules.map((): Diagnostic[] => [])
  for (const facts of nodes) {
    together.visit(facts.node, facts.calls)
    if (!facts.found) {
      single.visit(facts.node, facts.calls)
      facts.found = single.found.some(({ length }) => length > 0) ? single.found.map((row) => row.splice(0)) : nothing
    }
    for (let row = 0; row < facts.found.length; row++) for (const one of facts.found[row]!) found[row]!.push(one)
  }
  together.end()
  together.moveInto(into)
  const places = new Map<Source, Set<string>>()
  const isFirst = ({ code, span }: Diagnostic): boolean => {
    if (!span) return true
    const known = entryOf(places, span.source, () => new Set())
    const { size } = known
    return known.add(`${code} ${span.start} ${span.end}`).size > size
  }
  for (const row of found) for (const one of row) if (isFirst(one)) into.push(one)
}

const nothing: readonly never[] = []
