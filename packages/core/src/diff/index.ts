export type { Answer, Check } from './answer.js'
export {
  type ComparedAction,
  type DecisionChange,
  type DiffOptions,
  diffPolicies,
  type PolicyDiff,
} from './diffPolicies.js'
