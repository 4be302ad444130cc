import { type ChildProcess, fork } from 'node:child_process'
import { dirname } from 'node:path'
import type { Message, Question } from './messages.js'

/** What an application told when it was opened, or could not be. */
export type State = Extract<Message, { readonly kind: 'opened' | 'failed' }>

/** How long an application may take to open. */
const patience = 60_000

/** The process of an application, which is started anew to read changed files. */
export class ApplicationProcess {
  readonly #waiting = new Map<number, { resolve(lines: readonly string[]): void; reject(error: Error): void }>()
  #child: ChildProcess | undefined
  #timer: NodeJS.Timeout | undefined
  #last = 0

  /** @param script - The program of the command `arcturus`. */
  constructor(
    readonly config: string,
    private readonly script: string,
    private readonly onState: (state: State) => void,
  ) {}

  /** Starts the process, or starts it anew. */
  start(): void {
    this.stop()
    const args = ['application', '--config', this.config]
    // What the application prints must not reach the protocol on standard output.
    const child = fork(this.script, args, {
      cwd: dirname(this.config),
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
    })
    this.#child = child
    let isOpen = false
    const fail = (message: string): void => {
      if (this.#child !== child || isOpen) return
      isOpen = true
      this.onState({ kind: 'failed', message, files: [] })
    }
    this.#timer = setTimeout(() => {
      fail('The application did not open within a minute.')
      child.kill()
    }, patience)
    child.on('error', ({ message }) => fail(message))
    child.on('exit', (code) => {
      fail(`The application ended with code ${code} before it was open.`)
      if (this.#child === child) this.#rejectAll('The application ended.')
    })
    child.on('message', (sent) => {
      // Sound: `serveApplication` sends nothing else. The last process counts alone.
      const message = sent as Message
      if (this.#child !== child) return
      if (message.kind === 'answer') return this.#answered(message)
      isOpen = true
      clearTimeout(this.#timer)
      this.onState(message)
    })
  }

  /** Asks the application. @throws Error with its reason */
  ask(question: Question): Promise<readonly string[]> {
    const child = this.#child
    if (!child?.connected) return Promise.reject(new Error('The application is not open.'))
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      child.send({ id, question })
    })
  }

  #answered({ id, lines, error }: Extract<Message, { readonly kind: 'answer' }>): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(lines ?? [])
    else waiting?.reject(new Error(error))
  }

  #rejectAll(reason: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(reason))
    this.#waiting.clear()
  }

  /** Ends the process. */
  stop(): void {
    clearTimeout(this.#timer)
    const child = this.#child
    this.#child = undefined
    this.#rejectAll('The application is opened anew.')
    child?.kill()
  }
}
