import { provideExplainer } from '../authorizer/decisions/explainer.js'
import { explainer } from './explainer.js'

export type { ExplanationMissing, MissingLeaf } from './describe.js'
export { type ExplainOptions, explain, loadExplanation } from './explain.js'
export { Explanation } from './explanation.js'
export type { ExplanationJSON } from './text.js'
export type { ExplanationNode, ExplanationPlace, ExplanationRule } from './tree.js'

provideExplainer(explainer)
