import { type Authorizer, type Explained, provideExplainer } from '@arcturus/core/internal/explain'
import { type ExplainOptions, explainDenial, known, loadQuestion } from './explain.js'
import { rulesOfFilter, rulesOfProof } from './proof.js'

export { explain, loadExplanation } from './explain.js'
export { Explanation } from './explanation.js'
export { jsonLines } from './jsonLines.js'
export type { ExplanationJSON } from './text.js'
export type { ExplanationNode } from './tree.js'

// Denials carry their explanations.
provideExplainer({
  explain: (decision) => explainDenial(...questionOf(decision)),
  load: (decision) => loadQuestion(...questionOf(decision)),
  rules: rulesOfProof,
  filterRules: rulesOfFilter,
})

function questionOf({ authorizer, options, ...asked }: Explained): Parameters<typeof explainDenial> {
  // Sound: denials name the authorizer that decided, and options of the type of `explain`.
  return [known(authorizer as Authorizer), asked, (options as ExplainOptions | undefined) ?? {}]
}
