import { type Decision, own, QueryError } from '@arcturus/core/internal/explain'
import { chained } from './chain.js'

/** What lines are written to: a writable stream of Node.js, or anything that has its methods. */
export interface LineStream {
  /** Returns false if it should be written to again only after `drain`. */
  write(line: string): boolean
  once(event: 'drain', listener: () => void): unknown
}

/** The options of `jsonLines`. */
export interface JsonLinesOptions {
  /** Whether lines contain the rules that decided. Default true. */
  readonly rules?: boolean | undefined
  /** The number of lines that wait for a stream that is full. Default 1,000. */
  readonly waiting?: number | undefined
  /** What happens with further lines: they are dropped, or the listener throws. Default `drop`. */
  readonly whenFull?: 'drop' | 'throw' | undefined
  /** Whether each line has its number and the hash of the line before, for `arcturus decisions verify`. Default false. */
  readonly chain?: boolean | undefined
}

/**
 * Returns a listener for `onDecision` that writes each decision as a line of JSON. If the stream is full, a bounded number of
 * lines waits for it; further ones are dropped, and a line `{ "kind": "dropped", "count": … }` says how many. Rotation is
 * left to the platform.
 * @example
 * ```ts
 * authorizer.onDecision(jsonLines(process.stdout))
 * ```
 */
export function jsonLines(stream: LineStream, options: JsonLinesOptions = {}): (decision: Decision) => void {
  const { rules = true, waiting = 1000, whenFull = 'drop', chain = false } = own(options)
  const textOf: (content: object) => string = chain ? chained() : JSON.stringify
  let lines: string[] = []
  let isFull = false
  let dropped = 0
  const write = (line: string): void => {
    if (stream.write(line)) return
    isFull = true
    stream.once('drain', flush)
  }
  const flush = (): void => {
    isFull = false
    const open = lines
    lines = []
    if (dropped > 0) open.push(`${textOf({ kind: 'dropped', count: dropped })}\n`)
    dropped = 0
    for (const [at, line] of open.entries()) {
      if (isFull) lines.push(...open.slice(at))
      if (isFull) return
      write(line)
    }
  }
  return (decision) => {
    if (isFull && lines.length >= waiting) {
      if (whenFull === 'throw') throw new QueryError('slow-listener', 'The log of decisions is full.')
      dropped++
      return
    }
    const line = `${textOf({ ...decision.toJSON(), ...(rules && { rules: decision.rules }) })}\n`
    if (isFull) lines.push(line)
    else write(line)
  }
}
