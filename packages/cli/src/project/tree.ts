import type { readdir } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { GlobOptions } from 'tinyglobby'

/** The part of a file system in which patterns are matched. */
export type FileTree = NonNullable<GlobOptions['fs']>

/** Returns a file system that contains only the given files, such as those of a revision of Git. */
export function treeOf(paths: readonly string[]): FileTree {
  const folders = new Map<string, Map<string, Entry>>()
  const add = (path: string, isFile: boolean): void => {
    const folder = dirname(path)
    const entries = folders.get(folder)
    const name = basename(path)
    if (entries) entries.set(name, new Entry(name, isFile))
    else {
      folders.set(folder, new Map([[name, new Entry(name, isFile)]]))
      if (dirname(folder) !== folder) add(folder, false)
    }
  }
  for (const path of paths) add(path, true)
  const list = (path: string, _: object, done: (error: null, entries: readonly Entry[]) => void): void => {
    const folder = path.length > 1 ? path.replace(/(?<![\\/])[\\/]+$/, '') : path
    done(null, [...(folders.get(folder)?.values() ?? [])])
  }
  // Sound: patterns are matched by this form of `readdir` alone.
  return { readdir: list as unknown as typeof readdir }
}

/** The part of a directory entry that is read. */
class Entry {
  readonly #isFile: boolean

  constructor(
    readonly name: string,
    isFile: boolean,
  ) {
    this.#isFile = isFile
  }

  isFile(): boolean {
    return this.#isFile
  }

  isDirectory(): boolean {
    return !this.#isFile
  }

  isSymbolicLink(): boolean {
    return false
  }
}
