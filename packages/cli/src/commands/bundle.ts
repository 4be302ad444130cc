import { readFile, rename, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Bundle, schemaOf, writeBundle } from '@arcturus/policies'
import type { Output, Result } from '../output/output.js'
import type { Project } from '../project/project.js'
import { atRevision } from './diff.js'

export interface BundleCommand {
  readonly out: string
  /** The revision of Git whose files are bundled. Default: those of the disk. */
  readonly fromGit?: string
  /** Default: the seconds since 1970. */
  readonly number?: number
  /** The file of the private key. Default: the key in `ARCTURUS_BUNDLE_KEY`, if it is set. */
  readonly key?: string
  /** The file of a candidate. */
  readonly candidate?: string
  /** The percentage of processes that use the candidate. */
  readonly share: number
}

/** Checks the policy, and writes it as one file for `watchPolicy`. */
export async function bundle(project: Project, output: Output, command: BundleCommand): Promise<Result> {
  const { authorizer, cwd } = project
  const { fromGit, number = Math.floor(Date.now() / 1000), share } = command
  const texts = await (fromGit === undefined ? project.readPolicy() : atRevision(project, fromGit))
  await authorizer.load(...texts)
  const read = (file: string): Promise<string> => readFile(resolve(cwd, file), 'utf8')
  let candidate: Bundle['candidate']
  if (command.candidate !== undefined) {
    const text = { name: command.candidate, text: await read(command.candidate) }
    authorizer.withPolicy(text)
    candidate = { texts: [text], share: share / 100 }
  }
  const key = command.key === undefined ? process.env['ARCTURUS_BUNDLE_KEY'] : await read(command.key)
  const file = resolve(cwd, command.out)
  await writeFile(`${file}.tmp`, writeBundle({ number, texts, schema: schemaOf(authorizer), candidate }, key))
  // Processes that watch the file read the old bundle or the new one.
  await rename(`${file}.tmp`, file)
  const { policyVersion: version } = authorizer
  const isSigned = key !== undefined
  output.line(`${project.shortName(file)}  number ${number}, version ${version}${isSigned ? '' : ', not signed'}`)
  return { code: 0, json: { file: project.shortName(file), number, version, isSigned } }
}
