import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type ChainFault, chainReader } from '@arcturus/explain/internal/cli'
import { Failure } from '../output/failure.js'
import { counted, type Output, type Result } from '../output/output.js'

/** The arguments of `arcturus decisions verify`. */
export interface VerifyDecisionsCommand {
  /** The files of one log, the oldest first. */
  readonly files: readonly string[]
}

/** What each fault means. */
const meanings: Readonly<Record<ChainFault, string>> = {
  changed: 'this line, or the one before it in its chain, was changed',
  missing: 'lines before it are missing',
  moved: 'the line was moved or repeated',
  unchained: 'the line has no chain: write it with jsonLines(stream, { chain: true })',
}

/** Reports lines of a log of decisions that are changed, missing or moved. Code 1 if there is one. */
export async function verifyDecisions(output: Output, { files }: VerifyDecisionsCommand): Promise<Result> {
  const faultOf = chainReader()
  const faults: { file: string; line: number; fault: ChainFault }[] = []
  let count = 0
  for (const file of files) {
    let line = 0
    const log = await open(resolve(output.io.cwd, file)).catch((cause: unknown) => {
      throw new Failure(`${file} can't be read.`, 'check the path', cause)
    })
    for await (const text of log.readLines()) {
      line++
      count++
      const fault = faultOf(text)
      if (fault) faults.push({ file, line, fault })
    }
  }
  const { red, green } = output.colours
  for (const { file, line, fault } of faults) output.line(red(`${file}:${line}  ${meanings[fault]}`))
  if (faults.length === 0) output.line(green(`${counted(count, 'line')}, none changed, missing or moved.`))
  return { code: faults.length > 0 ? 1 : 0, json: { lines: count, faults } }
}
