import type { Rule, Statement } from '../language/ast.js'
import type { Source } from '../language/source.js'
import { entryOf } from '../values/entryOf.js'
import { type MergedBlock, mergeBlocks, publicBlocks, unionsOf } from './blocks.js'
import { expandBlocks } from './expand.js'
import type { Policy } from './policy.js'
import { type RuleTypes, ruleTypesOf, typesOf } from './ruleTypes.js'
import type { Snapshot } from './snapshot.js'

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
