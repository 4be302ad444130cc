import Table from 'cli-table3'
import type { Colours } from './output.js'

/** The parts of a frame. */
const frame = ['top', 'bottom', 'mid', 'left', 'right'].flatMap((side) => [
  ...[side, `${side}-mid`, `${side}-left`, `${side}-right`],
])

/** Formats rows as a table without frames: columns are two spaces apart. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], colours: Colours): string {
  const made = new Table({
    head: head.map((cell) => colours.dim(cell)),
    chars: { ...Object.fromEntries(frame.map((part) => [part, ''])), middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  for (const row of rows) made.push([...row])
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
