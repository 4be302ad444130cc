import { provideExplainer } from '@arcturus/core/internal/explain'
import { explainer } from './explainer.js'

export { explain, loadExplanation } from './explain.js'
export { Explanation } from './explanation.js'
export { jsonLines } from './jsonLines.js'
export type { ExplanationJSON } from './text.js'
export type { ExplanationNode } from './tree.js'

provideExplainer(explainer)
