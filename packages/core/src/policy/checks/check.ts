import type { Node, Rule, ShorthandRule } from '../../language/ast.js'
import type { Code } from '../../language/codes.js'
import type { Diagnostic } from '../../language/diagnostic.js'
import type { Source, Span } from '../../language/source.js'
import { own } from '../../own.js'
import type { Schema } from '../../schema/schema.js'
import type { MergedBlock } from '../blocks.js'
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
  /** All rules by name; `written` are those outside the expansion of blocks. */
  readonly rules: ReadonlyMap<string, readonly Rule[]>
  readonly written: ReadonlySet<Rule>
  readonly unions: Policy['unions']
  readonly ruleTypes: RuleTypes
  /** The rules that the application queries by name. */
  readonly queryRules: ReadonlySet<string>
}

/** A check of statements, one node at a time. */
export type Check<Context extends CheckContext = CheckContext> = (context: Context) => Handlers

/** A check of all rules and inline queries, and of the calls in them. Other nodes inside them are not visited. */
export type PolicyCheck = (context: PolicyContext) => Pick<Handlers, 'rule' | 'inline query' | 'call' | 'end'>

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
 * @param hasMore - Whether a check visits nodes below one. Default: it visits all.
 */
export function runChecks<Context extends CheckContext>(
  rows: Rows<Context>,
  contextFor: (found: Diagnostic[]) => Context,
  groups: Iterable<readonly Node[]>,
  into: Diagnostic[],
  hasMore: (node: Node) => boolean = () => true,
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
      const known = handlers.get(kind)
      if (known) known.push(one)
      else handlers.set(kind, [one])
    }
  })
  const visit = (node: Node): void => {
    const { kind } = node
    const those = handlers.get(kind)
    if (those) for (let at = 0; at < those.length; at++) those[at]!(node)
    if (kind === 'resource block' || (looksInside && hasMore(node))) eachVisited(node, visit)
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
