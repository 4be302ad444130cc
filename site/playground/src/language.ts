import type { LanguageAsk, LanguageReply } from './languageWorker.js'

/** A completion, as CodeMirror takes it. */
export interface Item {
  readonly label: string
  readonly type: string
  readonly detail?: string
  readonly apply?: string
  /** Where the text that it replaces begins. */
  readonly from?: number
}

/** The meaning of a name in a text: `parameter`, `property` … */
export interface Name {
  readonly from: number
  readonly to: number
  readonly meaning: string
}

/** The language service in a worker of its own. */
export class LanguageClient {
  readonly #worker = new Worker(new URL('./languageWorker.ts', import.meta.url), { type: 'module' })
  readonly #open = new Map<number, (value: unknown) => void>()
  #next = 0

  constructor() {
    this.#worker.onmessage = ({ data: { id, value } }: MessageEvent<LanguageReply>) => {
      this.#open.get(id)?.(value)
      this.#open.delete(id)
    }
  }

  /** Returns the questions about a text. */
  over(text: string, world: LanguageAsk['world']) {
    const ask = (kind: LanguageAsk['kind'], offset = 0) =>
      new Promise<unknown>((resolve) => {
        const id = this.#next++
        this.#open.set(id, resolve)
        this.#worker.postMessage({ id, kind, text, world, offset } satisfies LanguageAsk)
        // A hanging service only lacks its help.
        setTimeout(() => {
          this.#open.delete(id)
          resolve(undefined)
        }, 2_000)
      })
    return {
      complete: async (offset: number) => ((await ask('complete', offset)) ?? []) as readonly Item[],
      names: async () => ((await ask('names')) ?? []) as readonly Name[],
      hover: async (offset: number) => (await ask('hover', offset)) as string | undefined,
    }
  }

  close(): void {
    this.#worker.terminate()
  }
}
