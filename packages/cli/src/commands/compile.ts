import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type CompileOptions, compilePolicy } from '@arcturus/compile'
import { Failure } from '../output/failure.js'
import { counted, type Output, type Result } from '../output/output.js'
import { table } from '../output/table.js'
import type { Project } from '../project/project.js'

export interface CompileCommand {
  /** The JavaScript file to write; its types are written beside it. Default: none. */
  readonly out?: string
  /** The snapshot to write. Default: none. */
  readonly cache?: string
  /** The models whose instances can be actors. */
  readonly actors?: readonly string[] | undefined
}

/**
 * Compiles the policy to a JavaScript module, a snapshot, or both. Code 1 if checks need the query machine.
 *
 * @throws {Failure} Nothing is to be written, or the snapshot can't be.
 */
export async function compile(project: Project, output: Output, command: CompileCommand): Promise<Result> {
  const { out, cache } = command
  if (out === undefined && cache === undefined)
    throw new Failure('Nothing to write.', 'pass --out <file> for a module, or --cache <file> for a snapshot')
  const snapshot = cache === undefined ? undefined : await writeSnapshot(project, output, cache)
  const module = out === undefined ? undefined : await writeModule(project, output, out, command.actors)
  return { code: module?.code ?? 0, json: { ...module?.json, ...(snapshot !== undefined && { snapshot }) } }
}

/** Writes the snapshot that `loadPolicyFiles` of the application reads; returns its name. */
async function writeSnapshot(project: Project, output: Output, cache: string): Promise<string> {
  const file = resolve(project.cwd, cache)
  const { loadPolicyFiles } = await project.library('node')
  const files = await project.policyFiles()
  const unwritten = (cause: unknown): never => {
    throw new Failure(
      `The snapshot ${cache} can't be written.`,
      'check the folder, and that constants are small',
      cause,
    )
  }
  await rm(file, { force: true }).catch(unwritten)
  await loadPolicyFiles(project.authorizer, ...files, { cache: file })
  const found = await stat(file).catch(unwritten)
  output.line(`${project.shortName(file)}  ${kilobytes(found.size)}`)
  return project.shortName(file)
}

async function writeModule(
  project: Project,
  output: Output,
  out: string,
  actors: readonly string[] | undefined,
): Promise<Result & { readonly json: object }> {
  await project.load()
  const options: CompileOptions = actors ? { actors: actors.map((name) => project.model(name)) } : {}
  const { code, types, machineOnly } = compilePolicy(project.authorizer, options)
  const file = resolve(project.cwd, out)
  const typesFile = file.replace(/\.(m?)js$/, '.d.$1ts')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, code)
  await writeFile(typesFile, types)
  const bytes = Buffer.byteLength(code)
  const gzipped = gzipSync(code).length
  output.line(`${project.shortName(file)}  ${kilobytes(bytes)}, ${kilobytes(gzipped)} gzipped`)
  output.line(project.shortName(typesFile))
  const { yellow } = output.colours
  if (machineOnly.length > 0)
    output.line(
      yellow(`${counted(machineOnly.length, 'check')} need the query machine; the module throws \`machine-only\`:`),
    )
  const listed = machineOnly.map(({ actor, action, resource, reason, span }) => {
    const place = span && { file: span.source.name, ...span.source.position(span.start) }
    return { actor, action, resource, reason, place }
  })
  const rows = listed.map(({ actor, action, resource, reason, place }) => [
    actor ?? 'nobody',
    action === null ? '(other actions)' : `"${action}"`,
    resource ?? 'nil',
    reason,
    place ? `${place.file}:${place.line}` : '',
  ])
  if (rows.length > 0) output.line(table(['actor', 'action', 'resource', 'reason', 'place'], rows, output.colours))
  return {
    code: machineOnly.length > 0 ? 1 : 0,
    json: { file: project.shortName(file), types: project.shortName(typesFile), bytes, gzipped, machineOnly: listed },
  }
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`
