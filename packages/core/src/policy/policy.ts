import type { InlineQuery, Rule, RuleType } from '../language/ast.js'
import type { Diagnostic } from '../language/diagnostic.js'
import type { Source } from '../language/source.js'

/** What the blocks of a class declare, all blocks of one name merged. */
export interface Block {
  readonly keyword: 'actor' | 'resource'
  readonly name: string
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  /** Relation name to class name. */
  readonly relations: ReadonlyMap<string, string>
}

/** A loaded policy: checked, expanded, immutable. */
export interface Policy {
  readonly sources: readonly Source[]
  /** All rules by name; written ones in the order of the sources, then those that blocks expand to. */
  readonly rules: ReadonlyMap<string, readonly Rule[]>
  readonly ruleTypes: ReadonlyMap<string, readonly RuleType[]>
  readonly blocks: ReadonlyMap<string, Block>
  /** Classes of the unions `Actor` and `Resource`: actor blocks count for both. */
  readonly unions: { readonly Actor: ReadonlySet<string>; readonly Resource: ReadonlySet<string> }
  /** In source order. */
  readonly inlineQueries: readonly InlineQuery[]
  /** In the order in which they were found: first those of single statements, then those of the whole. */
  readonly warnings: readonly Diagnostic[]
}
