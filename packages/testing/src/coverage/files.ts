import { ArgumentError } from '@arcturus/core'
import { requiredModules } from './nodeModules.js'
import type { CoveredFile, CoveredPoint, Outcome } from './tally.js'

const extension = '.coverage.jsonl'
let written = 0

/**
 * Writes the coverage of one authorizer to a file of its own: a line with the points of each policy,
 * and one for each outcome, when a point has it for the first time. A process that is killed, such as
 * a worker of a test runner, therefore loses nothing.
 */
export class CoverageWriter {
  readonly #path: string
  readonly #lines = new Map<readonly CoveredFile[], number>()

  /** @param folder - The folder of the file. It is created if it does not exist. */
  constructor(folder: string) {
    const { fs, path } = requiredModules()
    fs.mkdirSync(folder, { recursive: true })
    written++
    const name = `${process.pid}-${Math.random().toString(36).slice(2)}-${written}`
    this.#path = path.join(folder, name + extension)
    fs.writeFileSync(this.#path, '')
  }

  /** Writes the points of a policy. */
  begin(files: readonly CoveredFile[]): void {
    this.#lines.set(files, this.#lines.size)
    this.#append({ files })
  }

  /** Writes an outcome of a point. */
  add(files: readonly CoveredFile[], point: CoveredPoint, outcome: Outcome): void {
    const file = files.findIndex(({ points }) => points.includes(point))
    this.#append([this.#lines.get(files), file, files[file]!.points.indexOf(point), outcome])
  }

  #append(line: unknown): void {
    requiredModules().fs.appendFileSync(this.#path, `${JSON.stringify(line)}\n`)
  }
}

/**
 * Reads the files that processes wrote to a folder.
 * @throws ArgumentError if the folder contains no coverage.
 */
export function readCoverage(folder: string): readonly CoveredFile[] {
  const names = filesIn(folder)
  if (names.length === 0)
    throw new ArgumentError('invalid-argument', `No test run wrote coverage to ${folder}.`, {
      hint: 'call coverPolicy(authorizer, { folder }) before the tests, for the authorizer that they use',
    })
  const { fs, path } = requiredModules()
  return names.flatMap((name) => readOne(fs.readFileSync(path.join(folder, name), 'utf8')))
}

function filesIn(folder: string): readonly string[] {
  const { fs } = requiredModules()
  try {
    return fs.readdirSync(folder).filter((name) => name.endsWith(extension))
  } catch {
    return []
  }
}

function readOne(text: string): readonly CoveredFile[] {
  const policies: (readonly CoveredFile[])[] = []
  for (const line of text.split('\n')) {
    const read = parsed(line)
    if (Array.isArray(read)) {
      const [policy, file, point, outcome] = read as [number, number, number, Outcome]
      const counts = policies[policy]?.[file]?.points[point]
      if (counts) counts[outcome]++
    } else if (read) policies.push((read as { readonly files: readonly CoveredFile[] }).files)
  }
  return policies.flat()
}

/** Returns the value of a line; undefined for a line that a killed process did not finish. */
function parsed(line: string): unknown {
  try {
    return line === '' ? undefined : JSON.parse(line)
  } catch {
    return undefined
  }
}
