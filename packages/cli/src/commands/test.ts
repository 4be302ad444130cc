import { basename } from 'node:path'
import { differenceText, type Matrix, type MatrixReport } from '@arcturus/testing/internal/cli'
import { defaultExport } from '../config/loadConfig.js'
import type { PolicyTests } from '../config/tests.js'
import { Failure } from '../output/failure.js'
import { counted, type Output, type Result } from '../output/output.js'
import { filesOf, type Project } from '../project/project.js'

import { type ReportOptions, reported } from './coverage.js'

/** A file of tests and its report. */
interface TestedFile {
  readonly file: string
  readonly title: string
  readonly report: MatrixReport
  /** The allowed fields, if some of them differ. */
  readonly fields: string | undefined
}

/**
 * Runs the files of tests against the policy.
 *
 * @param chosen - Paths or patterns in place of those of the configuration.
 * @param covering - How the coverage is reported. Undefined if it is not.
 */
export async function test(
  project: Project,
  output: Output,
  chosen: readonly string[],
  covering?: ReportOptions,
): Promise<Result> {
  await project.load()
  const tests = await testFiles(project, chosen)
  const { coverPolicy, fieldsText, matrixReport } = await project.library('testing')
  const coverage = covering && coverPolicy(project.authorizer)
  const tested: TestedFile[] = []
  await output.progress('Testing', async (advance) => {
    for (const { file, title, matrix } of tests) {
      advance(file)
      const report = await matrixReport(project.authorizer, matrix)
      const fields = report.differences.some(({ action }) => action !== undefined) ? report.actualFields : undefined
      const one = { file, title, report, fields: fields && fieldsText(fields) }
      tested.push(one)
      print(one, output)
    }
  })
  const failed = tested.reduce((sum, { report }) => sum + report.differences.length, 0)
  const cells = tested.reduce((sum, { report }) => sum + report.cells, 0)
  const { green, red } = output.colours
  const summary = `${counted(cells - failed, 'cell')} passed, ${failed} failed`
  output.line(failed > 0 ? red(summary) : green(summary))
  await coverage?.stop()
  const covered = coverage && reported(coverage.report(), output, covering)
  return {
    code: failed > 0 ? 1 : (covered?.code ?? 0),
    json: {
      passed: cells - failed,
      failed,
      files: tested.map(({ file, title, report: { cells, differences, actual, actualFields } }) => ({
        file,
        title,
        cells,
        differences,
        actual,
        ...(actualFields && { actualFields }),
      })),
      ...(covered && { coverage: covered.json }),
    },
  }
}

function print({ file, title, report, fields }: TestedFile, output: Output): void {
  const { differences, cells } = report
  if (output.format === 'github') {
    for (const difference of differences)
      output.annotation({ severity: 'error', code: 'matrix', message: differenceText(difference), file })
    return
  }
  const { green, red, dim, bold } = output.colours
  output.line(
    `${differences.length > 0 ? red('✗') : green('✓')} ${bold(title)} ${dim(`${file}, ${counted(cells, 'cell')}`)}`,
  )
  if (differences.length === 0) return
  for (const difference of differences) output.line(`  ${red(differenceText(difference))}`)
  output.line('  The policy allows:')
  for (const line of [report.toString(), ...(fields ? ['', fields] : [])].join('\n').split('\n'))
    output.line(`  ${line}`)
  output.line()
}

/** A file of tests whose rows can be looked up. */
export interface TestFile {
  readonly file: string
  readonly title: string
  readonly matrix: Matrix
}

/**
 * Reads the files of tests.
 *
 * @param chosen - Paths or patterns in place of those of the configuration.
 * @throws {Failure} There is no file, or a file exports no tests.
 */
export async function testFiles(project: Project, chosen: readonly string[]): Promise<readonly TestFile[]> {
  const { config, cwd } = project
  const patterns = chosen.length > 0 ? chosen : (config.tests ?? '**/*.matrix.{ts,mts,js,mjs}')
  const files = await filesOf(chosen.length > 0 ? cwd : config.folder, patterns, 'The test run')
  const read: TestFile[] = []
  for (const path of files) {
    const file = project.shortName(path)
    for (const one of [await defaultExport(path)].flat()) {
      const tests = assertTests(one, file)
      read.push({ file, title: tests.title ?? basename(path), matrix: looked(project, tests) })
    }
  }
  return read
}

/** Replaces references, such as `user:3`, by functions that look the rows up anew for each check. */
function looked(project: Project, tests: PolicyTests): Matrix {
  const all = (rows: Readonly<Record<string, unknown>>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(rows).map(([name, row]) => [name, typeof row === 'string' ? () => project.row(row) : row]),
    )
  return { ...tests, actors: all(tests.actors), resources: all(tests.resources) }
}

function assertTests(tests: unknown, file: string): PolicyTests {
  const isTests =
    typeof tests === 'object' && tests !== null && 'actors' in tests && 'resources' in tests && 'allowed' in tests
  // Sound: the parts are checked when they are read.
  if (isTests) return tests as PolicyTests
  throw new Failure(`${file} exports no tests.`, 'write: export default defineTests({ actors, resources, allowed })')
}
