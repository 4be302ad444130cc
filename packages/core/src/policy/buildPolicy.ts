import type { Node, Rule, Statement } from '../language/ast.js'
import { Shape } from '../language/derivation.js'
import type { Diagnostic } from '../language/diagnostic.js'
import { parseFile } from '../language/parse.js'
import type { Source } from '../language/source.js'
import type { Schema } from '../schema/schema.js'
import { mergeBlocks, publicBlocks, unionsOf } from './blocks.js'
import { keepCauses } from './causes.js'
import { type CheckContext, type LoadChecks, reporting, runChecks } from './checks/check.js'
import { duplicateSource } from './checks/duplicateSource.js'
import { expandBlocks } from './expand.js'
import type { Policy } from './policy.js'
import { ruleTypesOf, typesOf } from './ruleTypes.js'

/** The result of building a policy from sources. */
export interface PolicyResult {
  /** Undefined if there is an error. */
  readonly policy: Policy | undefined
  /** All errors and warnings, in the order of the sources; those without a place last. */
  readonly diagnostics: readonly Diagnostic[]
  /** The same diagnostics in the order of detection, for callers that stop at the first error. */
  readonly found: readonly Diagnostic[]
}

export interface BuildOptions {
  /** The rules that the application queries by name: no rule has to call them. Default: none. */
  readonly queryRules?: ReadonlySet<string>
  /** Keeps the work of one build for the next. Default: nothing is kept. */
  readonly snapshots?: Snapshots | undefined
}

/** All that determines the result of a build. */
export interface BuildInput {
  readonly sources: readonly Source[]
  readonly schema: Schema
  readonly checks: LoadChecks
  readonly queryRules: ReadonlySet<string>
}

/** The part of a valid policy that takes long to build. The rest is made of it. */
export interface Snapshot {
  readonly statements: readonly Statement[]
  readonly warnings: readonly Diagnostic[]
}

/** Keeps the snapshots of policies. */
export interface Snapshots {
  /** Returns the snapshot of an earlier build with the same input, with the spans of these sources. */
  read(input: BuildInput): Snapshot | undefined
  /** Receives the snapshot of a valid policy that `read` did not return. */
  write(snapshot: Snapshot): void
}

/**
 * Parses, checks and expands a policy. All sources form one policy. Nothing is run: the caller runs
 * the inline queries.
 * Errors in the text and in single statements come first, then errors in shorthand, then errors in
 * the rules as a whole. If blocks have errors, errors that follow from them are not reported.
 * @param checks - The checks to run.
 */
export function buildPolicy(
  sources: readonly Source[],
  schema: Schema,
  checks: LoadChecks,
  { queryRules = new Set(), snapshots }: BuildOptions = {},
): PolicyResult {
  const facts = { sources, schema }
  const known = snapshots?.read({ ...facts, checks, queryRules })
  if (known) {
    const { isForOso } = checks
    const unchecked = { isForOso, statements: [], blocks: [], policy: [] }
    const policy = policyOf(known.statements, facts, unchecked, [], { queryRules }, () => false)
    return resultOf(policy, sources, known.warnings)
  }
  const found: Diagnostic[] = []
  const statements: Statement[] = []
  const shapes = new Shape()
  const fresh = duplicateSource(reporting({ ...facts, isForOso: checks.isForOso }, found))
  for (const source of sources) {
    if (!fresh.has(source)) continue
    const { file, diagnostics } = parseFile(source, shapes, checks.isForOso)
    for (const one of diagnostics) found.push(one)
    for (const one of file.statements) statements.push(one)
    checkStatements(file.statements, facts, checks, found)
  }
  const policy = policyOf(statements, facts, checks, found, { queryRules }, () => found.some(isInTheWay))
  const result = resultOf(policy, sources, found)
  if (result.policy) snapshots?.write({ statements, warnings: found })
  return result
}

/** Runs the checks of single statements. */
export function checkStatements(
  statements: readonly Statement[],
  facts: Pick<CheckContext, 'sources' | 'schema'>,
  checks: LoadChecks,
  found: Diagnostic[],
): void {
  const checked = statements.filter((one) => one.kind !== 'inline query').map((one) => [one])
  const context = { ...facts, isForOso: checks.isForOso }
  runChecks(checks.statements, (row) => reporting(context, row), checked, found)
}

/**
 * Makes a policy of statements, and checks them together.
 * @param stops - Returns whether to stop before the next stage.
 * @returns undefined if it stopped.
 */
export function policyOf(
  statements: readonly Statement[],
  facts: Pick<CheckContext, 'sources' | 'schema'>,
  checks: LoadChecks,
  found: Diagnostic[],
  { queryRules = new Set() }: BuildOptions,
  stops: () => boolean,
): Omit<Policy, 'warnings'> | undefined {
  const { sources } = facts
  const { isForOso } = checks
  if (stops()) return undefined

  const blockNodes = statements.filter((one) => one.kind === 'resource block')
  const blocks = mergeBlocks(blockNodes)
  const blockFacts = { ...facts, isForOso, blocks }
  runChecks(checks.blocks, (row) => reporting(blockFacts, row), [blockNodes], found)
  if (!isForOso) keepCauses(found)
  if (stops()) return undefined

  const written = statements.filter((one) => one.kind === 'rule')
  const inlineQueries = statements.filter((one) => one.kind === 'inline query')
  const all = [...written, ...expandBlocks(blocks)]
  const rules = byName(all)
  const types = ruleTypesOf(
    statements.filter((one) => one.kind === 'rule type'),
    blocks,
  )
  const unions = unionsOf(blocks)
  const policyFacts = {
    ...blockFacts,
    rules,
    written: new Set(written),
    ruleTypes: types,
    unions,
    queryRules,
  }
  const group = [...all, ...inlineQueries]
  // Most rules are not searched for calls.
  const hasMore = (node: Node): boolean =>
    node.kind !== 'rule' || !policyFacts.written.has(node) || hasParenthesis(node)
  runChecks(checks.policy, (row) => reporting(policyFacts, row), [group], found, hasMore)
  if (!isForOso) keepCauses(found)

  const names = new Set([...types.general.keys(), ...(types.relations.size > 0 ? ['has_relation'] : [])])
  const ruleTypes = new Map([...names].map((name) => [name, typesOf(name, types)]))
  return { sources, rules, ruleTypes, blocks: publicBlocks(blocks), unions, inlineQueries }
}

/** Returns whether the text of a rule has a parenthesis after that of its head, as that of a call has. */
function hasParenthesis({ span: { source, start, end } }: Rule): boolean {
  const at = source.text.indexOf('(', source.text.indexOf('(', start) + 1)
  return at !== -1 && at < end
}

/**
 * Returns whether an error prevents the later stages. A misspelt variable only affects its own
 * rule.
 */
function isInTheWay({ severity, code }: Diagnostic): boolean {
  return severity === 'error' && code !== 'singleton-variable'
}

function resultOf(
  policy: Omit<Policy, 'warnings'> | undefined,
  sources: readonly Source[],
  found: readonly Diagnostic[],
): PolicyResult {
  const indexes = new Map(sources.map((source, index) => [source, index]))
  const rank = ({ span }: Diagnostic): number => (span && indexes.get(span.source)) ?? sources.length
  const diagnostics = [...found].sort(
    (one, other) => rank(one) - rank(other) || (one.span?.start ?? 0) - (other.span?.start ?? 0),
  )
  if (!policy || found.some(({ severity }) => severity === 'error')) return { policy: undefined, diagnostics, found }
  return { policy: { ...policy, warnings: found }, diagnostics, found }
}

function byName(rules: readonly Rule[]): ReadonlyMap<string, readonly Rule[]> {
  const named = new Map<string, Rule[]>()
  for (const rule of rules) {
    const same = named.get(rule.name)
    if (same) same.push(rule)
    else named.set(rule.name, [rule])
  }
  return named
}
