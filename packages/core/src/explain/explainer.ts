import type { Authorizer } from '../authorizer/authorizer.js'
import type { Explainer } from '../authorizer/explainer.js'
import { type ExplainOptions, explain, loadExplanation } from './explain.js'

/** Explains the denials that carry their explanations. */
export const explainer: Explainer = {
  // Sound: denials name the authorizer that decided, and options of the type of `explain`.
  explain: ({ authorizer, actor, action, resource, options }) =>
    explain(authorizer as Authorizer, actor, action, resource, options as ExplainOptions),
  load: ({ authorizer, actor, action, resource, options }) =>
    loadExplanation(authorizer as Authorizer, actor, action, resource, options as ExplainOptions),
}
