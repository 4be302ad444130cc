import { ArgumentError } from '@arcturus/core'
import { ExpectationError } from '../expectationError.js'
import { type CoverageReport, percentText } from './report.js'

/**
 * Asserts that a test run covers at least a percentage of the rules, goals and alternatives.
 *
 * @param report - The report of `coverPolicy` or of `readPolicyCoverage`.
 * @param percent - From 0 to 100.
 * @throws ArgumentError for another percentage.
 * @throws ExpectationError if no policy was recorded, or if less is covered: an assertion error that lists the uncovered ones with their lines.
 *
 * @example
 * ```ts
 * afterAll(() => assertCoverage(coverage.report(), 90))
 * ```
 */
export function assertCoverage(report: CoverageReport, percent: number): void {
  if (!(percent >= 0 && percent <= 100) || typeof percent !== 'number')
    throw new ArgumentError('invalid-argument', 'assertCoverage needs a percentage from 0 to 100.', {
      hint: 'assertCoverage(report, 90)',
    })
  // Without a policy nothing is covered.
  if (report.files.length > 0 && report.percent >= percent) return
  const message = `The tests cover ${percentText(report.percent)} of the policy, less than ${percentText(percent)}.\n\n${String(report)}`
  throw new ExpectationError(message, report.percent, percent)
}
