import { PolicyError } from '../../errors.js'
import type { Expression } from '../../language/ast.js'
import { parseQuery as parseExpression } from '../../language/parse.js'
import { Source } from '../../language/source.js'
import { has } from '../../own.js'
import type { Snapshot } from '../../policy/assemble.js'
import { type BuildOptions, buildPolicy } from '../../policy/buildPolicy.js'
import { allChecks } from '../../policy/checks/all.js'
import type { Policy } from '../../policy/policy.js'
import type { Schema } from '../../schema/schema.js'

/**
 * Parses and checks sources together.
 * @throws PolicyError with all errors of the policy.
 */
export function build(
  sources: readonly Source[],
  schema: Schema,
  options: BuildOptions,
): { readonly policy: Policy; readonly snapshot: Snapshot } {
  const { policy, diagnostics, statements } = buildPolicy(sources, schema, allChecks(), options)
  if (!policy) throw new PolicyError(diagnostics)
  return { policy, snapshot: { statements, warnings: policy.warnings } }
}

/** @throws PolicyError if the text is not a valid query. */
export function parseQuery(text: string): Expression {
  const parsed = parseExpression(new Source(text))
  if (has(parsed, 'expression')) return parsed.expression
  throw new PolicyError(parsed.diagnostics)
}
