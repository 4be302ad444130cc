import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { ArcturusError } from '@arcturus/core'
import type { MutationReport } from '@arcturus/testing'
import type { Witness } from '@arcturus/testing/internal/cli'
import { findingOf } from '../output/diagnostics.js'
import { counted, type Output, printable, type Result } from '../output/output.js'
import type { Project } from '../project/project.js'
import { actorModels, referenceOf } from '../project/rows.js'
import { testFiles } from './test.js'

export interface MutateOptions {
  /** Files of tests in place of those of the configuration. */
  readonly files: readonly string[]
  /** The number of rows of each model among which witnesses are looked for. */
  readonly rows: number
}

/**
 * Runs the tests of the policy, and asks each mutant of the policy the same questions. Code 1 if
 * mutants survive, or if a test fails: then no mutant is tested.
 */
export async function mutate(project: Project, output: Output, { files, rows }: MutateOptions): Promise<Result> {
  await project.load()
  const { authorizer } = project
  const { matrixReport, QuestionRecorder, testMutants } = await project.library('testing')
  const recorder = new QuestionRecorder(authorizer)
  const { matrices } = await testFiles(project, files)
  const report = await output.progress('Testing mutants', async (advance): Promise<MutationReport | number> => {
    let failed = 0
    for (const { matrix } of matrices) failed += (await matrixReport(authorizer, matrix)).differences.length
    recorder.stop()
    if (failed > 0) return failed
    const sample = project.hasRows ? await project.sample(rows) : {}
    const actors = actorModels(authorizer).flatMap((name) => sample[name] ?? [])
    return testMutants(authorizer, recorder, {
      rows: sample,
      actors,
      onProgress: (done, all) => {
        advance(`${done} of ${all}`, done / all)
        // The progress is painted while mutants are tested.
        return setImmediate()
      },
    })
  })
  const { green, red, dim } = output.colours
  // Tests that fail for the policy itself say nothing about its mutants.
  if (typeof report === 'number') {
    const message = `${counted(report, 'cell')} failed: no mutant was tested. Run \`arcturus test\`, and mend them first.`
    output.line(red(message))
    if (output.format === 'github') output.annotation({ severity: 'error', code: 'matrix', message })
    return { code: 1, json: { failed: report } }
  }
  const { survivors, killed, timedOut, total, invalid } = report
  const [summary = ''] = String(report).split('\n')
  output.line(survivors.length > 0 ? red(summary) : green(summary))
  for (const mutant of timedOut) output.line(dim(`${placeOf(mutant)}  Took too long: ${mutant.description}`))
  const textOf = async (survivor: (typeof survivors)[number]): Promise<string> => {
    const lines = report.textOf(survivor).split('\n')
    const test = survivor.witness && (await testOf(project, survivor.witness))
    return ['', ...lines.filter((line) => !line.startsWith('  await ')), ...(test ? [dim(test)] : [])].join('\n')
  }
  // A mistake that allows more than the policy is worse than one that allows less.
  const weightOf = ({ witness }: (typeof survivors)[number]): number =>
    witness ? (witness.mutant === 'allowed' ? 0 : 1) : 2
  const sorted = [...survivors].sort((one, other) => weightOf(one) - weightOf(other))
  const [most, rest] = [sorted.slice(0, shown), sorted.slice(shown)]
  if (rest.length > 0) {
    const byRule = new Map<string, number>()
    for (const { mutant } of survivors) {
      const place = placeOf(mutant)
      byRule.set(place, (byRule.get(place) ?? 0) + 1)
    }
    for (const [place, count] of byRule) output.line(dim(`${place}  ${counted(count, 'survivor')}`))
  }
  for (const survivor of most) output.line(await textOf(survivor))
  if (rest.length > 0 && output.format === 'text') {
    const file = resolve(project.cwd, 'coverage/policy/mutants.txt')
    mkdirSync(dirname(file), { recursive: true })
    const texts = await Promise.all(rest.map(textOf))
    writeFileSync(file, `${printable(texts.join('\n'), false)}\n`)
    output.line(`\n${counted(rest.length, 'other survivor')}: ${project.shortName(file)}`)
  }
  const found = survivors.map(({ mutant, witness }) => ({
    ...findingOf({
      code: 'surviving-mutant' as never,
      severity: 'warning',
      message: mutant.description,
      span: mutant.span,
    }),
    kind: mutant.kind,
    replacement: mutant.replacement,
    witness: witness && { ...witness, ...named(authorizer, witness) },
  }))
  if (output.format === 'github')
    for (const finding of found)
      output.annotation({ ...finding, message: `No test notices this mistake: ${finding.message}` })
  return {
    code: survivors.length > 0 ? 1 : 0,
    json: {
      total,
      killed,
      timedOut: timedOut.length,
      survived: survivors.length,
      invalid: invalid.length,
      survivors: found,
    },
  }
}

function placeOf({ span }: MutationReport['timedOut'][number]): string {
  return `${span.source.name ?? 'policy'}:${span.source.position(span.start).line}`
}

/** The most survivors that are printed. */
const shown = 10

function named(
  authorizer: Project['authorizer'],
  { actor, action, resource }: Pick<Witness, 'actor' | 'action' | 'resource'>,
): { readonly actor: string; readonly resource: string } {
  const what = action === undefined ? JSON.stringify(resource) : referenceOf(authorizer, resource)
  return { actor: referenceOf(authorizer, actor), resource: what }
}

/**
 * Returns a test that tells a mutant from the policy, to paste into a file of tests. Undefined if a rule
 * about the row is an error: no table can state it.
 */
async function testOf(project: Project, witness: Witness): Promise<string | undefined> {
  try {
    return await tableOf(project, witness)
  } catch (error) {
    if (error instanceof ArcturusError) return undefined
    throw error
  }
}

async function tableOf(project: Project, witness: Witness): Promise<string> {
  const { authorizer } = project
  const { actor, action, resource, field, policy, context } = witness
  const { actor: who, resource: what } = named(authorizer, witness)
  const nameOf = (reference: string): string => reference.toLowerCase().replaceAll(/\W+/g, '_')
  const [one, other] = [nameOf(who), nameOf(what)]
  const { contextText, fieldsText, matrixReport } = await project.library('testing')
  const start = [
    `actors: { ${one}: ${actor === null ? 'null' : quoted(who)} },`,
    ...(context ? [`at: ${contextText(authorizer.schema, context)},`] : []),
  ]
  if (action === undefined) {
    const allowed = policy === 'allowed' ? `['${one}']` : '[]'
    return tests([
      ...start,
      'resources: {},',
      'allowed: {},',
      `requests: { request: { request: ${what}, allowed: ${allowed} } },`,
    ])
  }
  const { actual, actualFields } = await matrixReport(authorizer, {
    actors: { [one]: () => actor },
    resources: { [other]: () => resource },
    allowed: {},
    ...(context && { at: context }),
    ...(field !== undefined && { fields: {} }),
  })
  const actions = actual[one]![other]!.map(quoted).join(', ')
  return tests([
    ...start,
    `resources: { ${other}: ${quoted(what)} },`,
    `allowed: { ${one}: { ${other}: [${actions}] } },`,
    ...(actualFields ? `${fieldsText(actualFields)},`.split('\n') : []),
  ])
}

function tests(lines: readonly string[]): string {
  return ['  export default defineTests({', ...lines.map((line) => `    ${line}`), '  })'].join('\n')
}

/** Writes a text as a literal of JavaScript. Keys are data, so they can contain quotes. */
function quoted(text: string): string {
  return /^[^'\\\p{C}\u2028\u2029]*$/u.test(text) ? `'${text}'` : JSON.stringify(text)
}
