import type { InlineQuery, Rule, RuleType } from '../language/ast.js'
import type { Diagnostic } from '../language/diagnostic.js'
import type { Source } from '../language/source.js'

/** The declarations of a class's blocks, merged. */
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
  /**
   * All rules by name: written rules in the order of the sources, then the expansions of blocks.
   */
  readonly rules: ReadonlyMap<string, readonly Rule[]>
  readonly ruleTypes: ReadonlyMap<string, readonly RuleType[]>
  readonly blocks: ReadonlyMap<string, Block>
  /** Classes of the unions `Actor` and `Resource`: actor blocks count for both. */
  readonly unions: { readonly Actor: ReadonlySet<string>; readonly Resource: ReadonlySet<string> }
  /** In source order. */
  readonly inlineQueries: readonly InlineQuery[]
  /** In order of detection: warnings for single statements, then for the whole policy. */
  readonly warnings: readonly Diagnostic[]
}
