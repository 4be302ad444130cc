import { PolicyError } from '../../errors.js'
import type { Expression } from '../../language/ast.js'
import { parseQuery } from '../../language/parse.js'
import { Source } from '../../language/source.js'
import { has } from '../../own.js'
import { type BuildOptions, buildPolicy } from '../../policy/buildPolicy.js'
import type { LoadChecks } from '../../policy/checks/check.js'
import type { Policy } from '../../policy/policy.js'
import type { Snapshot } from '../../policy/snapshot.js'
import type { Schema } from '../../schema/schema.js'

/** The parser and the checks of policies: the part that a start with a snapshot does not need. */
export interface Building {
  /**
   * Parses and checks sources together.
   * @throws PolicyError with all errors of the policy.
   */
  build(
    sources: readonly Source[],
    schema: Schema,
    options: BuildOptions,
  ): { readonly policy: Policy; readonly snapshot: Snapshot }
  /** @throws PolicyError if the text is not a valid query. */
  parseQuery(text: string): Expression
}

/** Returns the part with the checks of an entry. */
export function buildingWith(checks: LoadChecks): Building {
  return {
    build(sources, schema, options) {
      const { policy, diagnostics, statements } = buildPolicy(sources, schema, checks, options)
      if (!policy) throw new PolicyError(diagnostics)
      return { policy, snapshot: { statements, warnings: policy.warnings } }
    },
    parseQuery(text) {
      const parsed = parseQuery(new Source(text))
      if (has(parsed, 'expression')) return parsed.expression
      throw new PolicyError(parsed.diagnostics)
    },
  }
}
