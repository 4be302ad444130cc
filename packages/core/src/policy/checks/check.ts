import type { Node, Rule, ShorthandRule } from '../../language/ast.js'
import type { Code } from '../../language/codes.js'
import type { Diagnostic } from '../../language/diagnostic.js'
import type { Source, Span } from '../../language/source.js'
import { own } from '../../own.js'
import type { Schema } from '../../schema/schema.js'
import { entryOf } from '../../values/entryOf.js'
import type { MergedBlock } from '../blocks.js'
import type { RuleFacts } from '../kept.js'
import type { Policy } from '../policy.js'
import type { RuleTypes } from '../ruleTypes.js'
import { eachVisited, type Handlers } from './walk.js'

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

/** A check of statements, one node at a time. */
export type Check<Context extends CheckContext = CheckContext> = (context: Context) => Handlers

/** A check of rules and inline queries, and of the calls in them. Other nodes inside them are not visited. */
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

/** Makes a check of single shorthand rules, given the declarations of the blocks of their class. */
export function checkShorthand(
  check: (rule: ShorthandRule, block: MergedBlock, context: BlockContext) => void,
): Check<BlockContext> {
  return (context) => {
    let block: MergedBlock | undefined
    return {
      'resource block': ({ name }) => {
        block = context.blocks.get(name.name)
      },
      'shorthand rule': (rule) => {
        if (block) check(rule, block, context)
      },
    }
  }
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

/** The nodes that are not inside a rule. */
const outsideRules: ReadonlySet<string> = new Set<Node['kind']>([
  ...(['rule', 'rule type', 'inline query'] as const),
  ...(['resource block', 'declaration', 'shorthand rule'] as const),
])

/**
 * Runs checks over groups of nodes in one walk, and reports into `into`.
 * Diagnostics are ordered by group, then by row, then in source order, and for one node in the
 * order of the checks.
 */
export function runChecks<Context extends CheckContext>(
  rows: Rows<Context>,
  contextFor: (found: Diagnostic[]) => Context,
  groups: Iterable<readonly Node[]>,
  into: Diagnostic[],
): void {
  const found = rows.map((): Diagnostic[] => [])
  const handlers = new Map<string, ((node: Node) => void)[]>()
  const ends: (() => void)[] = []
  rows.forEach((checks, row) => {
    const context = contextFor(found[row]!)
    const visitors = checks.map((check) => own(check(context)))
    for (const { end } of visitors) if (end) ends.push(end)
    for (const [kind, handler] of visitors.flatMap((visitor) => Object.entries(visitor))) {
      // Sound: an entry of a visitor is only called with nodes of its own kind.
      const one = handler as (node: Node) => void
      entryOf(handlers, kind, () => []).push(one)
    }
  })
  const visit = (node: Node): void => {
    const { kind } = node
    const those = handlers.get(kind)
    if (those) for (let at = 0; at < those.length; at++) those[at]!(node)
    if (kind === 'resource block' || looksInside) eachVisited(node, visit)
  }
  const collect = (): void => {
    for (let at = 0; at < found.length; at++) {
      if (found[at]!.length > 0) for (const one of found[at]!.splice(0)) into.push(one)
    }
  }
  const looksInside = [...handlers.keys()].some((kind) => kind !== 'end' && !outsideRules.has(kind))
  for (const group of groups) {
    for (let at = 0; at < group.length; at++) visit(group[at]!)
    collect()
  }
  for (const end of ends) end()
  collect()
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
  const together = visitorsOf(policy, contextFor)
  const single = visitorsOf(rules, contextFor)
  const found = rules.map((): Diagnostic[] => [])
  for (const facts of nodes) {
    together.visit(facts)
    if (!facts.found) {
      single.visit(facts)
      facts.found = single.found.some(({ length }) => length > 0) ? single.found.map((row) => row.splice(0)) : nothing
    }
    for (let row = 0; row < facts.found.length; row++) for (const one of facts.found[row]!) found[row]!.push(one)
  }
  for (const end of together.ends) end()
  const places = new Map<Source, Set<string>>()
  const isFirst = ({ code, span }: Diagnostic): boolean => {
    if (!span) return true
    const known = entryOf(places, span.source, () => new Set())
    const { size } = known
    return known.add(`${code} ${span.start} ${span.end}`).size > size
  }
  for (const row of together.found) for (const one of row) into.push(one)
  for (const row of found) for (const one of row) if (isFirst(one)) into.push(one)
}

const nothing: readonly never[] = []

/** The checks of rules: what they have found by rows, and what to call at the end. */
interface Visitors {
  readonly found: readonly Diagnostic[][]
  readonly ends: readonly (() => void)[]
  visit(facts: RuleFacts): void
}

function visitorsOf(
  rows: readonly (readonly PolicyCheck[])[],
  contextFor: (found: Diagnostic[]) => PolicyContext,
): Visitors {
  const found = rows.map((): Diagnostic[] => [])
  const all = rows.flatMap((checks, row) => {
    const context = contextFor(found[row]!)
    return checks.map((check) => own(check(context)))
  })
  const rules = all.flatMap(({ rule }) => rule ?? [])
  const queries = all.flatMap(({ 'inline query': query }) => query ?? [])
  const calls = all.flatMap(({ call }) => call ?? [])
  return {
    found,
    ends: all.flatMap(({ end }) => end ?? []),
    visit: ({ node, calls: below }) => {
      if (node.kind === 'rule') for (let at = 0; at < rules.length; at++) rules[at]!(node)
      else for (const query of queries) query(node)
      for (let index = 0; index < below.length; index++)
        for (let at = 0; at < calls.length; at++) calls[at]!(below[index]!)
    },
  }
}
