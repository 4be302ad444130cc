/** A time for people: 4.9 ns, 21 ns, 1.24 µs, 26 ms. */
export function duration(nanoseconds) {
  const [unit, size] =
    nanoseconds < 1e3 ? ['ns', 1] : nanoseconds < 1e6 ? ['µs', 1e3] : nanoseconds < 1e9 ? ['ms', 1e6] : ['s', 1e9]
  return `${significant(nanoseconds / size)} ${unit}`
}

/** Three digits that mean something, and no more. */
export function significant(number) {
  if (number >= 100) return Math.round(number).toLocaleString('en')
  return number.toFixed(number >= 10 ? 1 : 2)
}

/** Columns as wide as they must be; the first is set left, the others right. */
export function table(header, rows) {
  const lines = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  const text = (line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  ')
  return [text(header), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(text)].join('\n')
}

const byHand = 'hand-written'
const baselines = { 'oso takes': 'oso', 'CASL cached takes': 'CASL, ability cached' }

/** One workload's table: times, and how many times as long others take. */
export function workloadReport({ workload, title, checks, contenders }) {
  const timeOf = (name) => contenders.find((contender) => contender.name === name)?.nanoseconds
  const known = Object.entries(baselines).filter(([, name]) => timeOf(name) !== undefined)
  const times = (number) => (Number.isFinite(number) ? `${significant(number)} ×` : '')
  const rows = contenders.map(({ name, nanoseconds, spread, decisionsCompared }) => [
    name,
    duration(nanoseconds),
    spread.toFixed(2),
    times(nanoseconds / (timeOf(byHand) ?? Number.NaN)),
    ...known.map(([, baseline]) => (baseline === name ? '' : times(timeOf(baseline) / nanoseconds))),
    decisionsCompared.toLocaleString('en'),
  ])
  const header = ['', 'median', 'spread', 'of hand-written', ...known.map(([label]) => label), 'decisions equal']
  const counted = contenders.flatMap(({ name, statistics }) =>
    statistics ? [`${name}: ${statistics.bailOuts} bail-outs in ${checks.toLocaleString('en')} checks.`] : [],
  )
  return [`${workload} · ${title}`, table(header, rows), ...counted].join('\n')
}
