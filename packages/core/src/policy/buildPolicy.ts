import type { Statement } from '../language/ast.js'
import { Shape } from '../language/derivation.js'
import type { Diagnostic } from '../language/diagnostic.js'
import { parseFile } from '../language/parse.js'
import type { Source } from '../language/source.js'
import { own } from '../own.js'
import type { Schema } from '../schema/schema.js'
import { meaningsOf } from './assemble.js'
import { keepCauses } from './causes.js'
import { type CheckContext, checkRules, type LoadChecks, reporting, runChecks } from './checks/check.js'
import { duplicateSource } from './checks/duplicateSource.js'
import { type Declared, Kept } from './kept.js'
import type { Policy } from './policy.js'

/** The result of building a policy from sources. */
export interface PolicyResult {
  /** Undefined if there is an error. */
  readonly policy: Policy | undefined
  /** All errors and warnings, in the order of the sources; those without a place last. */
  readonly diagnostics: readonly Diagnostic[]
  /** The same diagnostics in the order of detection, for callers that stop at the first error. */
  readonly found: readonly Diagnostic[]
  readonly statements: readonly Statement[]
}

export interface BuildOptions {
  /** The rules that the application queries by name: no rule has to call them. Default: none. */
  readonly queryRules?: ReadonlySet<string>
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
  given: BuildOptions = {},
): PolicyResult {
  const { queryRules = new Set<string>() } = own(given)
  const facts = { sources, schema }
  const found: Diagnostic[] = []
  const statements: Statement[] = []
  const shapes = new Shape()
  const fresh = duplicateSource(reporting({ ...facts, isForOso: checks.isForOso }, found))
  for (const source of sources) {
    if (!fresh.has(source)) continue
    const parsed = parseFile(source, shapes, checks.isForOso)
    for (const one of parsed.diagnostics) found.push(one)
    for (const one of parsed.statements) statements.push(one)
    checkStatements(parsed.statements, facts, checks, found)
  }
  const policy = policyOf(statements, facts, checks, found, { queryRules, kept: new Kept() }, () =>
    found.some(isInTheWay),
  )
  return { statements, ...resultOf(policy, sources, found) }
}

/** Runs the checks of single statements. */
export function checkStatements(
  statements: readonly Statement[],
  facts: Pick<CheckContext, 'sources' | 'schema'>,
  checks: LoadChecks,
  found: Diagnostic[],
  kept?: Kept,
): void {
  const context = { ...facts, isForOso: checks.isForOso }
  const check = (some: readonly Statement[], into: Diagnostic[]): void => {
    const groups = some.filter((one) => one.kind !== 'inline query').map((one) => [one])
    runChecks(checks.statements, (row) => reporting(context, row), groups, into)
  }
  if (!kept) check(statements, found)
  else for (const one of statements) for (const its of kept.found(one, facts.schema, check)) found.push(its)
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
  { queryRules, kept }: Required<BuildOptions> & { readonly kept: Kept },
  stops: () => boolean,
): Omit<Policy, 'warnings'> | undefined {
  const { sources, schema } = facts
  const { isForOso } = checks
  if (stops()) return undefined

  const declared = kept.declared(schema, statements, () => declarationsOf(statements, facts, checks))
  const { blocks, unions, expanded, ruleTypes, publicBlocks, typesByName } = declared
  for (const one of declared.diagnostics) found.push(one)
  if (!isForOso) keepCauses(found)
  if (stops()) return undefined

  const written = statements.filter((one) => one.kind === 'rule')
  const inlineQueries = statements.filter((one) => one.kind === 'inline query')
  const { named, nodes } = kept.rules([...written, ...expanded], inlineQueries)
  const policyFacts = { ...facts, isForOso, blocks, rules: named, expanded, ruleTypes, unions, queryRules }
  checkRules(checks, (row) => reporting(policyFacts, row), nodes, found)
  if (!isForOso) keepCauses(found)
  return { sources, rules: named, ruleTypes: typesByName, blocks: publicBlocks, unions, inlineQueries }
}

function declarationsOf(
  statements: readonly Statement[],
  facts: Pick<CheckContext, 'sources' | 'schema'>,
  { isForOso, blocks: rows }: LoadChecks,
): Declared {
  const blockNodes = statements.filter((one) => one.kind === 'resource block')
  const meanings = meaningsOf(statements)
  const diagnostics: Diagnostic[] = []
  const blockFacts = { ...facts, isForOso, blocks: meanings.blocks }
  runChecks(rows, (row) => reporting(blockFacts, row), [blockNodes], diagnostics)
  return { ...meanings, diagnostics }
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
): Omit<PolicyResult, 'statements'> {
  const indexes = new Map(sources.map((source, index) => [source, index]))
  const rank = ({ span }: Diagnostic): number => (span && indexes.get(span.source)) ?? sources.length
  const diagnostics = [...found].sort(
    (one, other) => rank(one) - rank(other) || (one.span?.start ?? 0) - (other.span?.start ?? 0),
  )
  if (!policy || found.some(({ severity }) => severity === 'error')) return { policy: undefined, diagnostics, found }
  return { policy: { ...policy, warnings: found }, diagnostics, found }
}
