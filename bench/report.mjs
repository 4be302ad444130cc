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

/** What was measured of one part, as text. */
export function report(result) {
  return reports[result.part](result)
}

const reports = {
  checks: checksReport,
  lists: listsReport,
  promises: timesReport,
  start: startReport,
  size: sizeReport,
  memory: memoryReport,
  requests: requestsReport,
  growth: growthReport,
}

/** One workload's table: times, and how many times as long others take. */
function checksReport({ workload, title, checks, contenders }) {
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
  const header = ['', 'least', 'spread', 'of hand-written', ...known.map(([label]) => label), 'decisions equal']
  const counted = contenders.flatMap(({ name, statistics }) =>
    statistics ? [`${name}: ${statistics.bailOuts} bail-outs in ${checks.toLocaleString('en')} checks.`] : [],
  )
  return [`${workload} · ${title}`, table(header, rows), ...counted].join('\n')
}

const times = (number) => `${significant(number)} ×`

function timesReport({ workload, title, contenders }) {
  const [first] = contenders
  const rows = contenders.map(({ name, nanoseconds, spread }) => [
    name,
    duration(nanoseconds),
    spread.toFixed(2),
    times(nanoseconds / first.nanoseconds),
  ])
  return [`${workload} · ${title}`, table(['', 'least', 'spread', 'of hand-written'], rows)].join('\n')
}

function listsReport(result) {
  const filters = result.filters.map(({ name, nanoseconds }) => `${name}, bound: ${duration(nanoseconds)}`)
  return [timesReport(result), ...filters].join('\n')
}

const milliseconds = (number) => `${significant(number)} ms`

function startReport({ workload, title, starts }) {
  const casl = starts.find(({ name }) => name === 'casl')
  const rows = starts.map(({ name, importMs, loadMs, firstMs, totalMs, heapMB }) => [
    name,
    ...[importMs, loadMs, firstMs, totalMs].map(milliseconds),
    casl ? times(totalMs / casl.totalMs) : '',
    `${significant(heapMB)} MB`,
  ])
  const header = ['', 'import', 'load', 'first decision', 'together', 'of CASL', 'heap']
  return [`${workload} · ${title}`, table(header, rows)].join('\n')
}

function requestsReport({ workload, title, contenders, firstChecks }) {
  const rows = contenders
    .filter(({ name }) => !name.endsWith(', by hand'))
    .map(({ name, nanoseconds, spread, byHand }) => [
      name,
      duration(nanoseconds),
      spread.toFixed(2),
      byHand === undefined ? '' : times(nanoseconds / byHand),
    ])
  const first = `The first checks of a process: ${firstChecks.map(milliseconds).join(', ')}.`
  return [`${workload} · ${title}`, table(['', 'least', 'spread', 'of hand-written'], rows), first].join('\n')
}

function growthReport({ title, rows }) {
  const cells = rows.map(({ size, isDeclared, loadMs, worstFirstMs, nanoseconds, handNanoseconds }) => [
    `${size.toLocaleString('en')}${isDeclared ? '' : ', bare classes'}`,
    milliseconds(loadMs),
    milliseconds(worstFirstMs),
    duration(nanoseconds),
    times(nanoseconds / handNanoseconds),
  ])
  return [title, table(['', 'load', 'worst of first ten', 'check', 'of hand-written'], cells)].join('\n')
}

function sizeReport({ title, sizes }) {
  const kilobytes = (bytes) => `${significant(bytes / 1e3)} kB`
  const rows = sizes.map(({ name, minified, gzip }) => [name, kilobytes(minified), kilobytes(gzip)])
  return [`Size · ${title}`, table(['', 'minified', 'compressed'], rows)].join('\n')
}

function memoryReport({ workload, loadedMB, manyChecks, grownMB }) {
  const grown = `after ${manyChecks.toLocaleString('en')} checks: ${grownMB.toFixed(2)} MB more`
  return `${workload} · heap\nloaded: ${loadedMB.toFixed(2)} MB; ${grown}`
}
