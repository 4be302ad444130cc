import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type CompileOptions, compilePolicy } from '@arcturus/core/compile'
import type { Output, Result } from '../output/output.js'
import { table } from '../output/table.js'
import type { Project } from '../project/project.js'
import { counted } from './check.js'

export interface CompileCommand {
  /** The JavaScript file to write; its types are written beside it. */
  readonly out: string
  /** The models whose instances can be actors. */
  readonly actors?: readonly string[] | undefined
}

/** Compiles the policy to a JavaScript module. Code 1 if checks need the query machine. */
export async function compile(project: Project, output: Output, { out, actors }: CompileCommand): Promise<Result> {
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
