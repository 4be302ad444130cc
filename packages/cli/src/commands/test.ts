import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { differenceText, type Matrix } from '@arcturus/testing/internal/cli'
import { defaultExport } from '../config/loadConfig.js'
import type { PolicyTests } from '../config/tests.js'
import { Failure } from '../output/failure.js'
import { counted, type Output, type Result } from '../output/output.js'
import { filesOf, type Project } from '../project/project.js'
import { type ReportOptions, reported } from './coverage.js'
import { type BlockFile, runBlocks } from './testBlocks.js'

/** The result of a file of tests. */
export interface TestedFile {
  readonly file: string
  readonly title: string
  /** The number of cells of a matrix, or of assertions. */
  readonly cells: number
  readonly differences: readonly object[]
  /** The differences as texts. */
  readonly failures: readonly string[]
  /** What the policy allows. Empty for assertions. */
  readonly actual: string
  readonly json?: object
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
  const { matrices, blocks } = await testFiles(project, chosen)
  const { coverPolicy } = await project.library('testing')
  const coverage = covering && coverPolicy(project.authorizer)
  const tested: TestedFile[] = []
  await output.progress('Testing', async (advance) => {
    for (const one of [...matrices, ...blocks]) {
      advance(one.file)
      const found = 'matrix' in one ? await testedMatrix(project, one) : await runBlocks(project, one)
      tested.push(found)
      print(found, output)
    }
  })
  const failed = tested.reduce((sum, { differences }) => sum + differences.length, 0)
  const cells = tested.reduce((sum, one) => sum + one.cells, 0)
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
      files: tested.map(({ file, title, cells, differences, json }) => ({ file, title, cells, differences, ...json })),
      ...(covered && { coverage: covered.json }),
    },
  }
}

async function testedMatrix(project: Project, { file, title, matrix }: TestFile): Promise<TestedFile> {
  const { fieldsText, matrixReport } = await project.library('testing')
  const report = await matrixReport(project.authorizer, matrix)
  const { cells, differences, actual, actualFields } = report
  const fields = actualFields && differences.some(({ action }) => action !== undefined) && fieldsText(actualFields)
  return {
    file,
    title,
    cells,
    differences,
    failures: differences.map(differenceText),
    actual: [report, ...(fields ? ['', fields] : [])].join('\n'),
    json: { actual, ...(actualFields && { actualFields }) },
  }
}

function print({ file, title, cells, failures, actual }: TestedFile, output: Output): void {
  if (output.format === 'github') {
    for (const message of failures) output.annotation({ severity: 'error', code: 'matrix', message, file })
    return
  }
  const { green, red, dim, bold } = output.colours
  output.line(
    `${failures.length > 0 ? red('✗') : green('✓')} ${bold(title)} ${dim(`${file}, ${counted(cells, 'cell')}`)}`,
  )
  if (failures.length === 0) return
  for (const failure of failures) output.line(`  ${red(failure)}`)
  if (actual) output.line('  The policy allows:')
  for (const line of actual ? actual.split('\n') : []) output.line(`  ${line}`)
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
export async function testFiles(
  project: Project,
  chosen: readonly string[],
): Promise<{ readonly matrices: readonly TestFile[]; readonly blocks: readonly BlockFile[] }> {
  const { config, cwd } = project
  const patterns = chosen.length > 0 ? chosen : (config.tests ?? ['**/*.matrix.{ts,mts,js,mjs}', '**/*.test.polar'])
  const files = await filesOf(chosen.length > 0 ? cwd : config.folder, patterns, 'The test run')
  const matrices: TestFile[] = []
  const blocks: BlockFile[] = []
  for (const path of files) {
    const file = project.shortName(path)
    if (path.endsWith('.polar')) blocks.push({ file, text: await readFile(path, 'utf8') })
    else
      for (const one of [await defaultExport(path)].flat()) {
        const tests = assertTests(one, file)
        matrices.push({ file, title: tests.title ?? basename(path), matrix: looked(project, tests) })
      }
  }
  return { matrices, blocks }
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
