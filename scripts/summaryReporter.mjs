// A Vitest reporter: writes the counts of a run, each failed test with the message of its error, and the slowest files to the file
// that ARCTURUS_SUMMARY_FILE names. The JSON reporter has the stack instead, which lacks the message of a test that timed out.
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { root } from './pnpm.mjs'

export default class SummaryReporter {
  /** Called once at the end, with a module per test file. */
  onTestRunEnd(modules, unhandledErrors) {
    const summary = { passed: 0, failed: 0, skipped: 0, failures: [] }
    const fail = (test, errors) => {
      summary.failed++
      summary.failures.push({
        test,
        message: errors.map(({ name, message }) => `${name ?? 'Error'}: ${message}`).join('\n'),
      })
    }
    for (const module of modules) {
      const file = relative(root, module.moduleId)
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result()
        if (state === 'passed') summary.passed++
        else if (state === 'failed') fail(`${file} > ${test.fullName}`, errors)
        else if (module.state() === 'passed' || state === 'skipped') summary.skipped++
      }
      // A file that does not load, or a hook that fails, has no failed test of its own.
      for (const suite of [module, ...module.children.allSuites()]) {
        const errors = suite.errors()
        if (errors.length > 0) fail(suite === module ? file : `${file} > ${suite.fullName}`, errors)
      }
    }
    if (unhandledErrors.length > 0) fail('outside of any test', unhandledErrors)
    const files = modules.map((module) => {
      const { collectDuration, prepareDuration, setupDuration, duration } = module.diagnostic()
      const seconds = (collectDuration + prepareDuration + setupDuration + duration) / 1000
      return { file: relative(root, module.moduleId), seconds: Math.round(seconds) }
    })
    summary.slowest = files.sort((one, other) => other.seconds - one.seconds).slice(0, 12)
    writeFileSync(process.env.ARCTURUS_SUMMARY_FILE, JSON.stringify(summary))
  }
}
