import type { Rule, Statement } from '../language/ast.js'
import type { Diagnostic } from '../language/diagnostic.js'
import type { Source } from '../language/source.js'
import type { Schema } from '../schema/schema.js'
import { entryOf } from '../values/entryOf.js'
import { type MergedBlock, mergeBlocks, publicBlocks, unionsOf } from './blocks.js'
import { expandBlocks } from './expand.js'
import type { Policy } from './policy.js'
import { type RuleTypes, ruleTypesOf, typesOf } from './ruleTypes.js'

/** All that determines the result of a build. */
export interface BuildInput {
  readonly sources: readonly Source[]
  readonly schema: Schema
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

/** What the blocks and the rule types of a policy mean. */
export interface Meanings {
  readonly blocks: ReadonlyMap<string, MergedBlock>
  readonly publicBlocks: Policy['blocks']
  readonly unions: Policy['unions']
  readonly expanded: ReadonlySet<Rule>
  readonly ruleTypes: RuleTypes
  readonly typesByName: Policy['ruleTypes']
}

/** Merges and expands the blocks of statements, and collects their rule types. */
export function meaningsOf(statements: readonly Statement[]): Meanings {
  const blocks = mergeBlocks(statements.filter((one) => one.kind === 'resource block'))
  const types = statements.filter((one) => one.kind === 'rule type')
  const ruleTypes = ruleTypesOf(types, blocks)
  const names = [...ruleTypes.general.keys(), ...(ruleTypes.relations.size > 0 ? ['has_relation'] : [])]
  return {
    ...{ blocks, ruleTypes, publicBlocks: publicBlocks(blocks), unions: unionsOf(blocks) },
    expanded: new Set(expandBlocks(blocks)),
    typesByName: new Map(names.map((name) => [name, typesOf(name, ruleTypes)])),
  }
}

/** Returns the policy of a snapshot: it needs neither the parser nor the checks. */
export function policyOfSnapshot({ statements, warnings }: Snapshot, sources: readonly Source[]): Policy {
  const { expanded, typesByName, publicBlocks: blocks, unions } = meaningsOf(statements)
  const rules = byName([...statements.filter((one) => one.kind === 'rule'), ...expanded])
  const inlineQueries = statements.filter((one) => one.kind === 'inline query')
  return { sources, rules, ruleTypes: typesByName, blocks, unions, inlineQueries, warnings }
}

/** Returns rules by name, in order. */
export function byName(rules: readonly Rule[]): ReadonlyMap<string, readonly Rule[]> {
  const named = new Map<string, Rule[]>()
  for (const rule of rules) {
    entryOf(named, rule.name, () => []).push(rule)
  }
  return named
}
