import { randomUUID } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import type { NamedText } from './source.js'

/** The content of the file of the last good policy. */
export interface Kept {
  readonly texts: readonly NamedText[]
  /** When the source last confirmed it, in milliseconds since 1970. */
  readonly confirmed: number
}

/** Reads the last good policy; undefined if the file is missing or damaged. */
export async function readLastGood(file: string): Promise<Kept | undefined> {
  try {
    const kept = JSON.parse(await readFile(file, 'utf8'))
    return Array.isArray(kept.texts) && typeof kept.confirmed === 'number' ? kept : undefined
  } catch {
    return undefined
  }
}

/** Replaces the file as a whole: readers see the old content or the new. */
export async function writeLastGood(file: string, kept: Kept): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`
  try {
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(JSON.stringify(kept))
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw error
  }
}
