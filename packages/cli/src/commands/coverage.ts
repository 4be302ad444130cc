import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ArgumentError } from '@arcturus/core'
import { CoverageReport } from '@arcturus/testing'
import { readPolicyCoverage } from '@arcturus/testing/internal/cli'
import libCoverage from 'istanbul-lib-coverage'
import libReport from 'istanbul-lib-report'
import reports from 'istanbul-reports'
import { Failure } from '../output/failure.js'
import type { Output, Result } from '../output/output.js'

export interface ReportOptions {
  /** The folder of `lcov.info`, relative to that of the command. */
  readonly coverageDir: string
  /** Whether the folder also gets a page for each file of the policy. */
  readonly html: boolean
  /** The least percentage of rules, goals and alternatives. Code 1 if fewer are covered. */
  readonly threshold: number
}

/**
 * Runs the tests of an application, and reports which parts of the policy they decide. The code is
 * that of the tests if they fail.
 *
 * @param command - The program of the tests and its arguments.
 * @throws {Failure} The program can't be started, or no test covers a policy.
 */
export async function coverage(output: Output, command: readonly string[], options: ReportOptions): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'arcturus-coverage-'))
  try {
    const code = await run(output, command, folder)
    if (code !== 0)
      throw new Failure(`The tests failed: ${command.join(' ')} ended with code ${code}.`, 'mend them first')
    return reported(ofFiles(read(folder), output.io.cwd), output, options)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function read(folder: string): CoverageReport {
  try {
    return readPolicyCoverage(folder)
  } catch (error) {
    if (error instanceof ArgumentError)
      throw new Failure(
        'The tests covered no policy.',
        'use testAuthorization or policyMatrix of @arcturus/testing in them, or call coverPolicy',
        error,
      )
    throw error
  }
}

/**
 * Leaves out the policies that tests made themselves: those that differ from the file of their name.
 * Returns all of them if none is a file.
 */
function ofFiles(report: CoverageReport, cwd: string): CoverageReport {
  const isFile = ({ name, text }: CoverageReport['files'][number]): boolean => {
    const path = resolve(cwd, name)
    return existsSync(path) && statSync(path).isFile() && readFileSync(path, 'utf8').replace(/^\uFEFF/, '') === text
  }
  const files = report.files.filter(isFile)
  return files.length > 0 ? new CoverageReport(files) : report
}

/** Runs a program with the output of this one, and returns its exit code. */
async function run(output: Output, [program = '', ...args]: readonly string[], folder: string): Promise<number> {
  const { io } = output
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: io.cwd,
      env: { ...process.env, ...io.env, ARCTURUS_COVERAGE: folder },
      stdio: ['inherit', 'pipe', 'pipe'],
      // npx, vitest and jest are scripts of the shell on Windows.
      shell: process.platform === 'win32',
    })
    // The output of the tests is no result of this command.
    child.stdout.on('data', (part: Buffer) => void io.stderr.write(part))
    child.stderr.on('data', (part: Buffer) => void io.stderr.write(part))
    child.on('error', (cause) =>
      reject(
        new Failure(`${program} can't be started: ${cause.message}`, 'write: arcturus coverage npx vitest run', cause),
      ),
    )
    child.on('close', (code) => resolve(code ?? 1))
  })
}

/** Prints a report and writes its files. Code 1 if less than the threshold is covered. */
export function reported(report: CoverageReport, output: Output, options: ReportOptions): Result {
  const { coverageDir, html, threshold } = options
  const folder = resolve(output.io.cwd, coverageDir)
  write(report, folder, html, output.io.cwd)
  const { percent, rules, goals, alternatives, uncovered } = report
  const isEnough = percent >= threshold
  const { green, red, yellow, dim } = output.colours
  const [summary = '', ...lines] = String(report).split('\n')
  output.line((!isEnough ? red : uncovered.length > 0 ? yellow : green)(summary))
  for (const line of lines) output.line(line)
  if (!isEnough) output.line(red(`The threshold is ${threshold} %.`))
  output.line(dim(`Written: ${join(coverageDir, 'lcov.info')}${html ? `, ${join(coverageDir, 'index.html')}` : ''}`))
  const findings = uncovered.map(({ file, line, point: { kind, text, start, end }, reason }) => ({
    severity: isEnough ? ('notice' as const) : ('warning' as const),
    code: 'uncovered',
    message: `No test decides it both ways (${reason}): ${kind === 'rule' ? 'rule ' : ''}${text}`,
    file,
    line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  }))
  if (output.format === 'github') for (const finding of findings) output.annotation(finding)
  return { code: isEnough ? 0 : 1, json: { percent, threshold, rules, goals, alternatives, uncovered: findings } }
}

/** Writes `lcov.info`, and pages if asked to. */
function write(report: CoverageReport, dir: string, html: boolean, cwd: string): void {
  const sources = new Map(report.files.map(({ name, text }) => [resolve(cwd, name), text]))
  const coverageMap = libCoverage.createCoverageMap(report.toIstanbul(cwd))
  const context = libReport.createContext({
    dir,
    coverageMap,
    // The file can have changed since the tests.
    sourceFinder: (path) => sources.get(path) ?? '',
  })
  reports.create('lcovonly', { projectRoot: cwd }).execute(context)
  if (html) reports.create('html', { skipEmpty: false }).execute(context)
}
