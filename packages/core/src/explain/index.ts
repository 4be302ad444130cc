import { provideExplainer } from '../authorizer/decisions/explainer.js'
import { explainer } from './explainer.js'

export { explain, loadExplanation } from './explain.js'
export { Explanation } from './explanation.js'
export type { ExplanationJSON } from './text.js'
export type { ExplanationNode } from './tree.js'

provideExplainer(explainer)
