import type { Change } from './comparison.js'
import type { Finding, Listed, MutantResult, Opened } from './engine.js'
import type { Ask, Reply } from './worker.js'

/** The answer to each kind of question. */
interface Answers {
  readonly open: { readonly opened: Opened; readonly failed: readonly number[] }
  readonly reason: string
  readonly list: Listed
  readonly compare: { readonly findings: readonly Finding[]; readonly changes: readonly Change[] }
  readonly mutants: undefined
}
/** One mutant, of how many. */
export interface MutantPart {
  readonly of: number
  readonly result: MutantResult
}

/** The longest time of a question in milliseconds. The worker is ended after it. */
const limits: Readonly<Record<Ask['kind'], number>> = {
  open: 4_000,
  reason: 4_000,
  list: 4_000,
  compare: 20_000,
  mutants: 120_000,
}

/** Runs a world in a worker, which is ended when a question takes too long. */
export class Engine {
  #worker: Worker | undefined
  #next = 0
  readonly #open = new Map<number, { settle(reply: Reply): void; fail(message: string): void }>()

  constructor(private readonly start: () => Worker) {}

  /**
   * Asks the worker a question.
   * @param onPart - Called for each part of an answer in parts.
   * @throws Error if the worker refuses the question, or takes too long
   */
  ask<Kind extends Ask['kind']>(
    ask: Extract<Ask, { kind: Kind }> | (Ask & { kind: Kind }),
    onPart?: (part: MutantPart) => void,
  ): Promise<Answers[Kind]> {
    this.#worker ??= this.#started()
    const worker = this.#worker
    const id = this.#next++
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer)
        this.#open.delete(id)
      }
      const timer = setTimeout(() => {
        this.stop(`The policy took longer than ${limits[ask.kind] / 1000} seconds, and was stopped.`)
      }, limits[ask.kind])
      this.#open.set(id, {
        settle: ({ part, value, error }) => {
          // Sound: the worker answers each kind in its form.
          if (part !== undefined) return onPart?.(part as MutantPart)
          end()
          if (error === undefined) resolve(value as Answers[Kind])
          else reject(new Error(error))
        },
        fail: (message) => {
          end()
          reject(new Error(message))
        },
      })
      worker.postMessage({ id, ask })
    })
  }

  /** Ends the worker; all open questions are refused. The next question starts another one. */
  stop(reason: string): void {
    this.#worker?.terminate()
    this.#worker = undefined
    for (const { fail } of [...this.#open.values()]) fail(reason)
  }

  #started(): Worker {
    const worker = this.start()
    worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#open.get(data.id)?.settle(data)
    worker.onerror = () => this.stop('The engine failed to start.')
    return worker
  }
}
