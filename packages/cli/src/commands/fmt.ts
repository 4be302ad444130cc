import { readFile, writeFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { text } from 'node:stream/consumers'
import { FormatError, format } from '@arcturus/prettier-plugin'
import { findingOf, printDiagnostic } from '../output/diagnostics.js'
import { Failure } from '../output/failure.js'
import { counted, type Output, type Result } from '../output/output.js'
import { filesOf } from '../project/project.js'

export interface FormatCommand {
  /** Paths or patterns; all policies in the folder by default. */
  readonly files: readonly string[]
  /** Whether files that are not formatted are reported, and not changed. */
  readonly check?: boolean
  /** Whether the text is read from stdin, and printed. */
  readonly stdin?: boolean
}

/** Formats policies. Code 1 if one has syntax errors, or isn't formatted and only checked. */
export async function fmt(output: Output, command: FormatCommand): Promise<Result> {
  if (command.stdin) return formatInput(output, command)
  const { cwd } = output.io
  const patterns = command.files.length > 0 ? command.files : ['**/*.polar']
  const changed: string[] = []
  const invalid: FormatError[] = []
  const files = (await filesOf(cwd, patterns, 'The command')).filter((file) => !file.endsWith('.test.polar'))
  for (const file of files) {
    const name = relative(cwd, file)
    const before = await readFile(file, 'utf8')
    const after = await formatted(before, name)
    if (after instanceof FormatError) {
      for (const diagnostic of after.diagnostics) printDiagnostic(output, diagnostic)
      invalid.push(after)
    } else if (after !== before) {
      changed.push(name)
      if (!command.check) await writeFile(file, after)
    }
  }
  const { green, red } = output.colours
  for (const name of changed) output.line(command.check ? red(`✗ ${name} is not formatted.`) : name)
  const failed = invalid.length > 0 || (command.check && changed.length > 0)
  const errors = counted(invalid.length, 'file')
  if (invalid.length > 0) output.line(red(`✗ ${errors} with syntax errors.`))
  else if (!failed) output.line(green(`✓ ${counted(files.length, 'file')}, ${changed.length} changed.`))
  return {
    code: failed ? 1 : 0,
    json: {
      files: files.length,
      changed,
      diagnostics: invalid.flatMap((error) => error.diagnostics.map(findingOf)),
    },
  }
}

async function formatInput(output: Output, { files, check }: FormatCommand): Promise<Result> {
  if (files.length > 1) throw new Failure('--stdin reads one text.', 'name at most one file, for messages')
  const before = await text(output.io.stdin)
  const after = await formatted(before, files[0] ?? 'stdin')
  if (after instanceof FormatError) {
    output.note(after.message)
    return { code: 1, json: { diagnostics: after.diagnostics.map(findingOf) } }
  }
  if (!check && output.format === 'text') output.io.stdout.write(after)
  return { code: check && after !== before ? 1 : 0, json: { changed: after !== before, text: after } }
}

/** Returns the formatted text, or the error of a text that can't be formatted. */
function formatted(before: string, name: string): Promise<string | FormatError> {
  return format(before, { name }).catch((error: unknown) => {
    if (error instanceof FormatError) return error
    throw error
  })
}
