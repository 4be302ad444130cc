import { captured } from '../output/captured.js'
import { Failure } from '../output/failure.js'
import type { Output, Result } from '../output/output.js'
import type { Project } from '../project/project.js'
import { check } from './check.js'
import { type DiffCommand, diff } from './diff.js'
import { mutate } from './mutate.js'
import { test } from './test.js'

/** Prints what a pull request changes, as one comment in Markdown: errors, tests, decisions, and mistakes that no test notices. */
export async function comment(project: Project, output: Output, command: DiffCommand): Promise<Result> {
  const parts: readonly (readonly [title: string, work: (output: Output) => Promise<Result>])[] = [
    ['Check', (own) => check(async () => project, own, { strict: false, stays: true })],
    ['Tests', (own) => test(project, own, [])],
    ['Who gains and who loses', (own) => diff(project, own, command)],
    ['Mistakes that no test notices', (own) => mutate(project, own, { files: [], rows: command.rows })],
  ]
  const sections: string[] = []
  let code: Result['code'] = 0
  for (const [title, work] of parts) {
    const { printed, result } = await captured(output.io.cwd, work).catch((error: unknown) => {
      // An application can have no tests, or no database.
      if (error instanceof Failure) return { printed: error.message, result: { code: 1 as const, json: undefined } }
      throw error
    })
    // Mutants are advice: a policy without tests for all of them can be merged.
    if (work !== parts.at(-1)![1]) code ||= result.code
    // A row or a name can contain the end of a block.
    const fence = '`'.repeat(Math.max(3, ...[...printed.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)))
    const mark = result.code === 0 ? '✅' : '⚠️'
    const lines = [
      '',
      `<details><summary>${mark} ${title}</summary>`,
      '',
      `${fence}diff`,
      printed,
      fence,
      '',
      '</details>',
    ]
    sections.push(...lines)
  }
  output.line(['## Policy', ...sections].join('\n'))
  return { code, json: { markdown: sections.join('\n') } }
}
