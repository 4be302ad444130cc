import { sha256 } from '@arcturus/core/internal/explain'

/** The place of a line in its chain. */
interface Link {
  /** Different for each listener, so that several processes can write to one file. */
  readonly id: string
  /** From 1. */
  readonly number: number
  /** The hash of the line before; empty for the first. */
  readonly previous: string
}

/** The end of a line: the hash of all before it. */
const end = /,"hash":"([0-9a-f]{64})"\}$/

/** Returns a function that makes the lines of a chain. */
export function chained(): (content: object) => string {
  const id = [Date.now().toString(36), Math.random().toString(36).slice(2, 10)].join('-')
  let link: Link = { id, number: 1, previous: '' }
  return (content) => {
    const text = JSON.stringify({ ...content, chain: link })
    const hash = sha256(text)
    link = { id, number: link.number + 1, previous: hash }
    return `${text.slice(0, -1)},"hash":"${hash}"}`
  }
}

/** What is wrong with a line: it `changed`, lines before it are `missing`, it was `moved`, or it has no chain (`unchained`). */
export type ChainFault = 'changed' | 'missing' | 'moved' | 'unchained'

/**
 * Returns a checker for the lines of a log. Call it with each line in order: it returns the fault of that line, or undefined
 * if there is none. It cannot tell that the last lines of a chain are missing.
 */
export function chainReader(): (line: string) => ChainFault | undefined {
  /** The last line of each chain. */
  const last = new Map<string, { readonly number: number; readonly hash: string }>()
  return (line) => {
    const [suffix, hash] = end.exec(line) ?? []
    if (suffix === undefined || hash === undefined) return 'unchained'
    const text = `${line.slice(0, -suffix.length)}}`
    if (sha256(text) !== hash) return 'changed'
    // Sound: the hash is that of a line of `chained`.
    const { id, number, previous } = (JSON.parse(text) as { readonly chain: Link }).chain
    const before = last.get(id) ?? { number: 0, hash: '' }
    if (number <= before.number) return 'moved'
    last.set(id, { number, hash })
    if (number > before.number + 1) return 'missing'
    return previous === before.hash ? undefined : 'changed'
  }
}
