import type { readdir } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { GlobOptions } from 'tinyglobby'

type Entry = ReturnType<typeof entryOf>

/** The part of a file system in which patterns are matched. */
export type FileTree = NonNullable<GlobOptions['fs']>

/** Returns a file system that contains only the given files, such as those of a revision of Git. */
export function treeOf(paths: readonly string[]): FileTree {
  const folders = new Map<string, Map<string, Entry>>()
  const add = (path: string, isFile: boolean): void => {
    const [folder, name] = [dirname(path), basename(path)]
    const known = folders.get(folder)
    const entries = known ?? new Map<string, Entry>()
    folders.set(folder, entries.set(name, entryOf(name, isFile)))
    if (!known && dirname(folder) !== folder) add(folder, false)
  }
  for (const path of paths) add(path, true)
  const list = (path: string, _: object, done: (error: null, entries: readonly Entry[]) => void): void => {
    const folder = path.length > 1 ? path.replace(/(?<![\\/])[\\/]+$/, '') : path
    done(null, [...(folders.get(folder)?.values() ?? [])])
  }
  // Sound: patterns are matched by this form of `readdir` alone.
  return { readdir: list as unknown as typeof readdir }
}

/** Returns the part of a directory entry that is read. */
function entryOf(name: string, isFile: boolean) {
  return { name, isFile: () => isFile, isDirectory: () => !isFile, isSymbolicLink: () => false }
}
