import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readSchema } from '../schema/readSchema.js'
import { moduleText } from './moduleText.js'

/**
 * A request of Prisma to a generator: for its manifest, or to write its output. One request a line,
 * as JSON-RPC.
 */
export interface GeneratorRequest {
  readonly id: number
  readonly method: string
  readonly params?: {
    readonly generator: {
      readonly output: { readonly value: string | null } | null
      readonly config: Readonly<Record<string, string | readonly string[] | undefined>>
    }
    /** The text of the schema, all files joined. */
    readonly datamodel: string
  }
}

/**
 * Handles one request of Prisma, and writes the schema module if requested.
 * @returns the result to send back
 */
export function answer({ method, params }: GeneratorRequest): unknown {
  if (method === 'getManifest') return { manifest: { prettyName: 'Arcturus', defaultOutput: './arcturus' } }
  if (method !== 'generate' || !params) return null
  const schema = readSchema(params.datamodel)
  const configured = params.generator.config['file']
  const folder = params.generator.output?.value ?? '.'
  if (/\.[cm]?[jt]s$/.test(folder))
    throw new Error(`The output of generator arcturus must be a folder, not ${folder}. Name the file with file = "…".`)
  const file = join(folder, typeof configured === 'string' ? configured : 'schema.ts')
  mkdirSync(dirname(file), { recursive: true })
  for (const [name, text] of moduleText(schema, file)) writeFileSync(name, text)
  return null
}
