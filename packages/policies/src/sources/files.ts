import { type FSWatcher, watch } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { readPolicyFiles } from '@arcturus/core/internal/policies'
import type { WatchedSource } from '../source.js'

/** The milliseconds without a change before files are read. */
const quiet = 50

/**
 * Returns the source of files: the texts of one policy, or a bundle. A file that is written in place can be read half: replace it
 * by renaming, or write a bundle, which is then refused.
 * @param files - Paths, relative to the working directory or absolute.
 */
export function fromFiles(...files: readonly string[]): WatchedSource {
  return {
    name: files.join(', '),
    async read() {
      const read = await readPolicyFiles(files)
      return { texts: read.map(({ text }, at) => ({ name: files[at]!, text })) }
    },
    watch(changed, failed) {
      let timer: NodeJS.Timeout | undefined
      const soon = (): void => {
        clearTimeout(timer)
        timer = setTimeout(changed, quiet).unref()
      }
      // Their folders: editors and Kubernetes replace a file by a new one.
      const watchers: FSWatcher[] = []
      for (const folder of new Set(files.map((file) => dirname(resolve(file))))) {
        try {
          watchers.push(watch(folder, { persistent: false }, soon).on('error', failed))
        } catch (error) {
          failed(error)
        }
      }
      return () => {
        clearTimeout(timer)
        for (const watcher of watchers) watcher.close()
      }
    },
  }
}
