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
  const parts: Readonly<Record<string, (output: Output) => Promise<Result>>> = {
    Check: (own) => check(async () => project, own, { stay: true }),
    Tests: (own) => test(project, own, []),
    'Who gains and who loses': (own) => diff(project, own, command),
    // Advice: a policy without tests for all of them can be merged.
    'Mistakes that no test notices': (own) => mutate(project, own, { files: [], rows: command.rows }),
  }
  const codes: Result['code'][] = []
  output.line('## Policy')
  for (const [title, work] of Object.entries(parts)) {
    const { printed, result } = await captured(output.io.cwd, work).catch((error: unknown) => {
      // An application can have no tests, or no database.
      if (error instanceof Failure) return { printed: error.message, result: { code: 1 as const } }
      throw error
    })
    codes.push(result.code)
    // Indented, so that no name of a row ends the block.
    const text = printed.replaceAll(/^/gm, '    ')
    output.line(`\n<details><summary>${result.code === 0 ? '✅' : '⚠️'} ${title}</summary>\n\n${text}\n\n</details>`)
  }
  return { code: codes.slice(0, 3).includes(1) ? 1 : 0, json: { codes } }
}
