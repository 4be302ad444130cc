export { assertCoverage } from './assertCoverage.js'
export { type CoverageOptions, coverPolicy, PolicyCoverage, readPolicyCoverage } from './coverPolicy.js'
export {
  type CoverageCount,
  CoverageReport,
  type IstanbulFile,
  type IstanbulRange,
  type UncoveredPoint,
} from './report.js'
export type { CoveredFile, CoveredPlace, CoveredPoint } from './tally.js'
