import { createReadStream, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { RecordedDecision } from '@arcturus/testing/internal/cli'
import { Failure, reasonOf } from '../output/failure.js'
import { counted, type Output, type Result } from '../output/output.js'
import type { Project } from '../project/project.js'
import { snapshotRows } from '../project/snapshot.js'
import { changedSamples, type DiffCommand, filesAt, named, oldPolicy, printSummary } from './diff.js'

/** The options of `arcturus diff --decisions`. */
export interface DiffDecisionsCommand extends Pick<DiffCommand, 'old' | 'samples'> {
  /** The log. */
  readonly decisions: string
  /** The files of the new policy. Default: those of the configuration. */
  readonly to?: readonly string[]
  /** A file with the rows. Default: the database of the configuration. */
  readonly snapshot?: string
}

/** Reports what recorded decisions would be under the new policy. Code 1 if some of them change, or can't be checked. */
export async function diffDecisions(project: Project, output: Output, command: DiffDecisionsCommand): Promise<Result> {
  const { to = [], old, samples, snapshot } = command
  const after = to.length > 0 ? filesAt(project, to) : await project.readPolicy()
  const before = old.length > 0 ? await oldPolicy(project, old) : undefined
  const { authorizer } = project
  await authorizer.load(...after)
  const rows = snapshot === undefined ? project.rowsWith : await snapshotRows(project, resolve(project.cwd, snapshot))
  const log = new Log(resolve(project.cwd, command.decisions))
  const testing = await project.library('testing')
  const found = await output.progress('Comparing', (advance) =>
    testing.diffDecisions(authorizer, after, log.chunks(), {
      rows,
      before,
      onProgress: (done) => advance(counted(done, 'decision'), log.part),
    }),
  )
  const { changes, compared, moved } = found
  const uncompared = new Map([...found.uncompared, ...log.skipped])
  if (compared === 0)
    throw new Failure(
      `No decision of ${command.decisions} can be compared.${[...uncompared].map(([why, count]) => `\n${count} ${why}`).join('')}`,
      'pass a log of jsonLines, and the database or a snapshot with its rows',
    )
  printSummary(String(found), `Compared ${counted(compared, 'decision')} on the rows as they are now.`, output)
  const { dim, yellow } = output.colours
  if (moved > 0) output.line(dim(`${counted(moved, 'decision')} changed with the rows, also under the old policy.`))
  for (const [why, count] of uncompared) output.line(yellow(`? ${count} not compared: ${why}`))
  const explained = await changedSamples(project, output, changes, samples, before)
  return {
    code: changes.length > 0 || [...uncompared.keys()].some((why) => why.startsWith('checks that failed')) ? 1 : 0,
    json: {
      compared,
      moved,
      uncompared: Object.fromEntries(uncompared),
      changes: changes.map(({ decision: { id, time, entry, fields }, ...change }) => ({
        id,
        time,
        entry,
        ...(fields && { fields }),
        ...named(project, change),
      })),
      samples: explained,
    },
  }
}

/** The number of decisions whose rows are read together. */
const chunkSize = 20_000

/** A log of decisions. */
class Log {
  /** The numbers of lines that are no decision, by their kind. */
  readonly skipped = new Map<string, number>()
  #read = 0
  readonly #size: number

  constructor(private readonly file: string) {
    try {
      this.#size = statSync(file).size
    } catch (cause) {
      throw new Failure(`${file} can't be read: ${reasonOf(cause)}`, 'check the path after --decisions', cause)
    }
  }

  /** The part that has been read, from 0 to 1. */
  get part(): number {
    return Math.min(1, this.#read / this.#size)
  }

  async *chunks(): AsyncGenerator<readonly RecordedDecision[]> {
    let chunk: RecordedDecision[] = []
    for await (const line of createInterface({ input: createReadStream(this.file), crlfDelay: Infinity })) {
      this.#read += Buffer.byteLength(line) + 1
      const decision = this.#decisionIn(line)
      if (decision) chunk.push(decision)
      if (chunk.length < chunkSize) continue
      yield chunk
      chunk = []
    }
    yield chunk
  }

  #decisionIn(line: string): RecordedDecision | undefined {
    const skip = (why: string, count = 1) => void this.skipped.set(why, (this.skipped.get(why) ?? 0) + count)
    try {
      const content = JSON.parse(line)
      if (content.kind === 'decision') return content
      if (content.kind === 'dropped') return skip('decisions that the log dropped', content.count)
    } catch {}
    return skip('lines that are no decision')
  }
}
