// Charts of what was measured, as SVG that follows the reader's choice of light or dark.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { duration, significant } from './report.mjs'

const width = 760
const left = 190
const right = 96
const row = 22
const ours = 'arcturus'

/**
 * Draws a chart for each workload's checks, and for start-up and size where they were measured.
 * @param {{ node: string, cpu?: string, results: readonly object[] }} measured
 */
export function writeCharts({ node, cpu, results }, folder) {
  mkdirSync(folder, { recursive: true })
  const note = `Node.js ${node}, ${cpu ?? 'unknown processor'}`
  for (const { part, workload, title, contenders, starts, sizes } of results) {
    if (part === 'checks') {
      const bars = contenders.map(({ name, nanoseconds }) => ({
        name,
        value: nanoseconds,
        label: duration(nanoseconds),
      }))
      write(folder, `checks-${workload}`, {
        title: `${workload} · ${title}`,
        note: `time of a check, logarithmic · ${note}`,
        bars,
      })
    } else if (part === 'start') {
      const bars = starts.map(({ name, totalMs }) => ({
        name: name === 'compiled' ? 'arcturus compiled' : name,
        value: totalMs,
        label: `${significant(totalMs)} ms`,
      }))
      write(folder, `start-${workload}`, {
        title: `${workload} · import, load and first decision`,
        note: `logarithmic · ${note}`,
        bars,
      })
    } else if (part === 'size') {
      const bars = sizes.map(({ name, gzip }) => ({ name, value: gzip, label: `${significant(gzip / 1e3)} kB` }))
      write(folder, 'size', { title: 'Bundles for a browser', note: 'minified and compressed, logarithmic', bars })
    }
  }
}

function write(folder, name, chart) {
  writeFileSync(join(folder, `${name}.svg`), draw(chart))
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** Bars from the shortest on, on a logarithmic scale that begins one step below it. */
function draw({ title, note, bars }) {
  const sorted = bars.toSorted((a, b) => a.value - b.value)
  const low = Math.log10(sorted[0].value) - 0.3
  const high = Math.log10(sorted.at(-1).value)
  const lengthOf = (value) => ((Math.log10(value) - low) / (high - low || 1)) * (width - left - right)
  const height = 64 + sorted.length * row
  const drawn = sorted.map(({ name, value, label }, at) => {
    const y = 48 + at * row
    const length = lengthOf(value)
    const kind = name.startsWith(ours) ? 'own' : 'other'
    return [
      `  <text class="name" x="${left - 8}" y="${y + 13}">${escaped(name)}</text>`,
      `  <rect class="${kind}" x="${left}" y="${y + 2}" width="${length.toFixed(1)}" height="${row - 7}" rx="2"/>`,
      `  <text x="${(left + length + 6).toFixed(1)}" y="${y + 13}">${escaped(label)}</text>`,
    ].join('\n')
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
  <style>
    text { font: 12px system-ui, sans-serif; fill: #1f2328 }
    .title { font-weight: 600; font-size: 14px }
    .name { text-anchor: end }
    .note { fill: #59636e; font-size: 11px }
    .own { fill: #d9730d }
    .other { fill: #9aa4af }
    @media (prefers-color-scheme: dark) { text { fill: #f0f6fc } .note { fill: #9198a1 } .other { fill: #656c76 } }
  </style>
  <text class="title" x="8" y="20">${escaped(title)}</text>
  <text class="note" x="8" y="37">${escaped(note)}</text>
${drawn.join('\n')}
</svg>
`
}
