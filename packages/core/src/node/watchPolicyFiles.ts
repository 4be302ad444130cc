import type * as fs from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import type { Authorizer } from '../authorizer/authorizer.js'
import { own } from '../own.js'
import type { Policy } from '../policy/policy.js'
import { readPolicyFiles } from './policyFile.js'

export interface WatchOptions {
  /** The milliseconds without a change before the files are read. Default 50. */
  readonly debounce?: number
  /** Called with every policy that was loaded after a change. */
  readonly onLoad?: (policy: Policy) => void
  /**
   * Called if changed files could not be loaded: with a `PolicyError` with all diagnostics, or with
   * an `ArgumentError` for a file that can't be read. The last valid policy stays active. Default:
   * `console.error`.
   */
  readonly onError?: (error: unknown) => void
  /** Whether watching keeps the process alive. Default false. */
  readonly persistent?: boolean
}

export interface PolicyWatcher {
  /** Stops watching. A load in progress still completes. */
  close(): void
}

/**
 * Loads files as one policy, and loads them again when one of them changes. A change that makes the
 * policy invalid is reported, and the last valid policy stays active.
 * @throws the errors of `loadPolicyFiles` if the first load fails.
 *
 * @example
 * ```ts
 * const watcher = await watchPolicyFiles(authorizer, ['policy.polar'])
 * ```
 */
export async function watchPolicyFiles(
  authorizer: Authorizer,
  files: readonly string[],
  options: WatchOptions = {},
): Promise<PolicyWatcher> {
  const reloading = new Reloading(authorizer, files, options)
  // Importing it takes longer than reading a policy, and most applications watch nothing.
  const watcher = reloading.watch(await import('node:fs'))
  try {
    await reloading.load()
    return watcher
  } catch (error) {
    watcher.close()
    throw error
  }
}

class Reloading {
  readonly #options: WatchOptions
  #timer: NodeJS.Timeout | undefined
  /** The text of the last attempt: many changes leave a file's text unchanged. */
  #tried: string | undefined
  #running = false
  #changed = false
  #closed = false

  constructor(
    private readonly authorizer: Authorizer,
    private readonly files: readonly string[],
    options: WatchOptions,
  ) {
    this.#options = own(options)
  }

  /** Watches the folders of the files, since many editors replace a file by a new one. */
  watch({ watch }: typeof fs): PolicyWatcher {
    const byFolder = new Map<string, Set<string>>()
    for (const file of this.files) {
      const path = resolve(file)
      const names = byFolder.get(dirname(path)) ?? new Set()
      byFolder.set(dirname(path), names.add(basename(path)))
    }
    const watchers: fs.FSWatcher[] = []
    const close = (): void => {
      this.#closed = true
      clearTimeout(this.#timer)
      for (const watcher of watchers) watcher.close()
    }
    try {
      for (const [folder, names] of byFolder) {
        const watcher = watch(folder, { persistent: this.#options.persistent ?? false }, (_, name) => {
          if (name === null || names.has(name)) this.#soon()
        })
        watcher.on('error', (error) => this.#report(error))
        watchers.push(watcher)
      }
    } catch {
      // The folder does not exist: reading its files reports that.
    }
    return { close }
  }

  /** Loads the files, unless their text is unchanged. */
  async load(): Promise<Policy | undefined> {
    const sources = await readPolicyFiles(this.files)
    const text = JSON.stringify(sources)
    if (text === this.#tried) return undefined
    this.#tried = text
    return this.authorizer.load(...sources)
  }

  #soon(): void {
    if (this.#closed) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#reload(), this.#options.debounce ?? 50)
    if (!this.#options.persistent) this.#timer.unref()
  }

  /** Runs one load at a time. Changes during a load are loaded afterwards. */
  async #reload(): Promise<void> {
    this.#changed = true
    if (this.#running) return
    this.#running = true
    while (this.#changed && !this.#closed) {
      this.#changed = false
      try {
        const policy = await this.load()
        if (policy) this.#options.onLoad?.(policy)
      } catch (error) {
        this.#report(error)
      }
    }
    this.#running = false
  }

  #report(error: unknown): void {
    if (this.#options.onError) this.#options.onError(error)
    else console.error(error)
  }
}
