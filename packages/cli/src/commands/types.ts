import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { policyTypes } from '@arcturus/compile'
import { Failure } from '../output/failure.js'
import type { Output, Result } from '../output/output.js'
import type { Project } from '../project/project.js'

export interface TypesCommand {
  /** The file to write; `-` is standard output. Default: `arcturus.d.ts` in the folder `src`, or beside the configuration. */
  readonly output?: string | undefined
  /** Whether a `.d.polar.ts` is written beside each file of the policy, and not one file. */
  readonly modules?: boolean
  /** The name of the interface. */
  readonly name: string
  /** Whether the interface is the policy of the whole application. */
  readonly register: boolean
  /** Whether the file is compared, and not written. */
  readonly check?: boolean
}

const header = '// Written by `arcturus types`; changes made here are lost.\n'
const polarModule = '\n/** The text of the policy. */\ndeclare const policy: string\nexport default policy\n'

/** Writes the types of the policy. Code 1 if they are only checked, and a file is stale. */
export async function types(project: Project, output: Output, command: TypesCommand): Promise<Result> {
  await project.load()
  const text = typesText(policyTypes(project.authorizer, command.name), command)
  if (command.modules && command.output !== undefined)
    throw new Failure('--modules and --output name different files.', 'pass one of them')
  if (command.output === '-') {
    if (command.check) throw new Failure('--check compares a file.', 'name one: --output arcturus.d.ts')
    if (output.format === 'text') output.io.stdout.write(text)
    return { code: 0, json: { text } }
  }
  const { green, red } = output.colours
  const files: { readonly file: string; readonly current: boolean }[] = []
  for (const [path, content] of await contents(project, text, command)) {
    const file = project.shortName(path)
    const current = (await readFile(path, 'utf8').catch(() => undefined)) === content
    files.push({ file, current })
    if (command.check) {
      output.line(current ? green(`✓ ${file} is current.`) : red(`✗ ${file} is stale: run arcturus types.`))
      continue
    }
    if (!current) {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, content)
    }
    output.line(`${file}${current ? ' is current.' : ''}`)
  }
  const json = files.map(({ file, current }) => (command.check ? { file, current } : { file, changed: !current }))
  const isStale = command.check && files.some(({ current }) => !current)
  return { code: isStale ? 1 : 0, json: command.modules ? { files: json } : json[0] }
}

/** Returns the text of each file. Of the modules of a policy, the first one has the types. */
async function contents(project: Project, text: string, command: TypesCommand): Promise<[string, string][]> {
  const { cwd, config } = project
  if (command.modules) {
    const files = await project.policyFiles()
    return files.map((file, at) => [
      file.replace(/\.polar$/, '.d.polar.ts'),
      at === 0 ? text + polarModule : header + polarModule,
    ])
  }
  const source = join(config.folder, 'src')
  const given = join(existsSync(source) ? source : config.folder, 'arcturus.d.ts')
  const file = command.output === undefined ? given : resolve(cwd, command.output)
  return [[file, /\.d\.polar\.ts$/.test(file) ? text + polarModule : text]]
}

function typesText(policy: string, { name, register }: TypesCommand): string {
  const registered = `\ndeclare module '@arcturus/core' {\n  interface Register {\n    policy: ${name}\n  }\n}\n`
  return header + policy + (register ? registered : '')
}
