import type { Authorizer, Explained, Explainer } from '@arcturus/core/internal/explain'
import { type ExplainOptions, explainDenial, known, loadQuestion } from './explain.js'
import { rulesOfFilter, rulesOfProof } from './proof.js'

/** Explains the denials that carry their explanations. */
export const explainer: Explainer = {
  explain: (decision) => explainDenial(...questionOf(decision)),
  load: (decision) => loadQuestion(...questionOf(decision)),
  rules: rulesOfProof,
  filterRules: rulesOfFilter,
}

function questionOf({ authorizer, options, ...asked }: Explained): Parameters<typeof explainDenial> {
  // Sound: denials name the authorizer that decided, and options of the type of `explain`.
  return [known(authorizer as Authorizer), asked, (options as ExplainOptions | undefined) ?? {}]
}
