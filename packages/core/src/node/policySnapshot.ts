import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import manifest from '../../package.json' with { type: 'json' }
import { describeSchema } from '../editing/schemaDescription.js'
import type { Statement } from '../language/ast.js'
import { compareText } from '../language/compareText.js'
import type { Source } from '../language/source.js'
import type { BuildInput, Snapshot, Snapshots } from '../policy/assemble.js'
import { snapshotOf, snapshotText } from './snapshotText.js'

/** The form of snapshots. Another number makes all older ones invalid. */
const FORMAT = 2

/** The name of the file in a folder. */
const NAME = 'arcturus-policy.json'

/** The first line of a file: the hashes of the input of its build, and of the second line. */
const HEADER = /^\{"key":"([0-9a-f]{64})","hash":"([0-9a-f]{64})"\}$/

/**
 * The snapshot of a policy in a file: two lines of JSON. It is used only if the texts (in any order), the schema, the options
 * and the version of this package are those of its build, and its content is what was written. Otherwise the policy is built
 * from its texts, and the file is written anew. A file that can't be read or written changes nothing but the time of a load.
 */
export class PolicySnapshot implements Snapshots {
  #key: string | undefined
  /** In the order of their texts: an application need not name files in the order of the command that wrote the snapshot. */
  #sources: readonly Source[] = []
  #made: Snapshot | undefined

  private constructor(
    private readonly file: string,
    private readonly text: string,
  ) {}

  /** @param cache - The path of the file, or of an existing folder for it. */
  static async open(cache: string): Promise<PolicySnapshot> {
    const path = resolve(cache)
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    )
    const file = isFolder ? join(path, NAME) : path
    return new PolicySnapshot(file, await readFile(file, 'utf8').catch(() => ''))
  }

  read(input: BuildInput): Snapshot | undefined {
    this.#sources = [...input.sources].sort((one, other) => compareText(one.text, other.text))
    this.#key = keyOf({ ...input, sources: this.#sources })
    const end = this.text.indexOf('\n')
    const [, key, hash] = HEADER.exec(this.text.slice(0, Math.max(end, 0))) ?? []
    if (key === undefined || key !== this.#key) return undefined
    const content = this.text.slice(end + 1)
    if (hash !== sha256(content)) return undefined
    try {
      return inOrderOf(input.sources, snapshotOf(content, this.#sources))
    } catch {
      return undefined
    }
  }

  write(snapshot: Snapshot): void {
    this.#made = snapshot
  }

  /** Writes the file, if the policy was built from its texts. Readers see the old content or the new, never a part. */
  async save(): Promise<void> {
    const content = this.#made && this.#key !== undefined ? snapshotText(this.#made, this.#sources) : undefined
    if (content === undefined) return
    const text = `${JSON.stringify({ key: this.#key, hash: sha256(content) })}\n${content}`
    const temporary = `${this.file}.${randomUUID()}.tmp`
    try {
      await mkdir(dirname(this.file), { recursive: true })
      await writeFile(temporary, text, { flag: 'wx' })
      await rename(temporary, this.file)
    } catch {
      // A folder that can't be written to: the next load takes as long.
      await rm(temporary, { force: true }).catch(() => {})
    }
  }
}

/** Returns a snapshot with its statements in the order of these sources, which is that of rules. */
function inOrderOf(sources: readonly Source[], { statements, warnings }: Snapshot): Snapshot {
  const of = (source: Source): readonly Statement[] => statements.filter(({ span }) => span.source === source)
  return { statements: sources.length === 1 ? statements : sources.flatMap(of), warnings }
}

/** Returns the hash of all that determines a build; undefined if the schema has constants that can't be described whole. */
function keyOf({ sources, schema, queryRules }: BuildInput): string | undefined {
  let isWhole = true
  const description = describeSchema(schema, () => {
    isWhole = false
  })
  const context = schema.types().filter((type) => !schema.models.has(type.name))
  const input = {
    version: [manifest.version, FORMAT],
    texts: sources.map(({ text }) => text),
    names: [...schema.models.keys(), ...schema.constants.keys()],
    description,
    context: context.map(({ name, fields, closed }) => ({ name, closed, fields: [...fields.values()] })),
    queryRules: [...queryRules].sort(),
  }
  return isWhole ? sha256(JSON.stringify(input)) : undefined
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
