import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { policyTypes } from '@arcturus/core/compile'
import { Failure } from '../output/failure.js'
import type { Output, Result } from '../output/output.js'
import type { Project } from '../project/project.js'

export interface TypesCommand {
  /** The file to write; `-` is standard output. Default: `arcturus.d.ts` in the folder `src`, or beside the configuration. */
  readonly output?: string | undefined
  /** The name of the interface. */
  readonly name: string
  /** Whether the interface is the policy of the whole application. */
  readonly register: boolean
  /** Whether the file is compared, and not written. */
  readonly check: boolean
}

const header = '// Written by `arcturus types`; changes made here are lost.\n'

/** Writes the types of the policy. Code 1 if they are only checked, and the file is stale. */
export async function types(project: Project, output: Output, command: TypesCommand): Promise<Result> {
  await project.load()
  const { cwd, config } = project
  const source = join(config.folder, 'src')
  const given = join(existsSync(source) ? source : config.folder, 'arcturus.d.ts')
  const file = command.output === undefined ? given : resolve(cwd, command.output)
  const text = typesText(policyTypes(project.authorizer, command.name), command, file)
  if (command.output === '-') {
    if (command.check) throw new Failure('--check compares a file.', 'name one: --output arcturus.d.ts')
    if (output.format === 'text') output.io.stdout.write(text)
    return { code: 0, json: { text } }
  }
  const name = project.shortName(file)
  const isCurrent = (await readFile(file, 'utf8').catch(() => undefined)) === text
  const { green, red } = output.colours
  if (command.check) {
    output.line(isCurrent ? green(`✓ ${name} is current.`) : red(`✗ ${name} is stale: run arcturus types.`))
    return { code: isCurrent ? 0 : 1, json: { file: name, current: isCurrent } }
  }
  if (!isCurrent) {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  output.line(`${name}${isCurrent ? ' is current.' : ''}`)
  return { code: 0, json: { file: name, changed: !isCurrent } }
}

/** Returns the text of a file of types; beside a policy, that of its module too. */
function typesText(policy: string, { name, register }: TypesCommand, file: string): string {
  const parts = [header, policy]
  if (/\.d\.polar\.ts$/.test(file))
    parts.push('\n/** The text of the policy. */\ndeclare const policy: string\nexport default policy\n')
  if (register) parts.push(`\ndeclare module '@arcturus/core' {\n  interface Register {\n    policy: ${name}\n  }\n}\n`)
  return parts.join('')
}
