// `pnpm bench`: this project, its peers and hand-written code, side by side, on the same data and the same checks.
import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { build } from './build.mjs'
import { writeCharts } from './charts.mjs'
import { defaultEngines, engineNames } from './engines/index.mjs'
import { measureRandom, randomWays } from './random/run.mjs'
import { report } from './report.mjs'
import { workloads } from './workloads/index.mjs'

const workloadNames = Object.keys(workloads)
/** The measurements beside the checks of the chosen workloads, with their workloads. */
const parts = {
  checks: undefined,
  lists: ['W2', 'W3'],
  promises: ['W4-d50'],
  requests: ['W2', 'W3'],
  growth: ['rules', 'depth', 'roles'],
  start: ['W2', 'W5-1000'],
  size: ['W2'],
  memory: ['W2'],
}
const partNames = Object.keys(parts)
const usage = `pnpm bench [options]

  --workloads NAMES  of the checks: ${workloadNames.join(', ')}, or all   (W1,W2,W3)
  --engines NAMES    ${engineNames.join(', ')}, or all   (${defaultEngines.join(',')})
  --parts NAMES      ${partNames.join(', ')}, or all   (all)
  --rounds N         every contender is timed once a round, in turn; the least of the rounds counts   (5)
  --quick            short rounds, to see that everything works: less than a minute
  --seed N           other data and other checks   (0: the data that published figures were measured on)
  --json FILE        everything that was measured, as JSON; - for standard output, and no table
  --charts FOLDER    draws what was measured

  --random N         N random policies, each beside a function by hand that is made from the same specification
  --schema KINDS     of random policies: declared, half, bare, or all   (all)
  --ways NAMES       to decide about them: ${randomWays.join(', ')}, or all   (all)
  --from I           leaves out the first I policies of the seed   (0)
`

const { values } = parseArgs({
  options: {
    workloads: { type: 'string', default: 'W1,W2,W3' },
    engines: { type: 'string', default: defaultEngines.join(',') },
    parts: { type: 'string', default: 'all' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: '0' },
    json: { type: 'string' },
    charts: { type: 'string' },
    random: { type: 'string' },
    schema: { type: 'string', default: 'all' },
    ways: { type: 'string', default: 'all' },
    from: { type: 'string', default: '0' },
    help: { type: 'boolean', default: false },
  },
})

function fail(message) {
  console.error(`${message}\n\n${usage}`)
  process.exit(2)
}

function chosen(option, known) {
  if (values[option] === 'all') return known
  const names = values[option].split(',')
  const wrong = names.find((name) => !known.includes(name))
  if (wrong !== undefined) fail(`--${option}: there is no ${wrong}.`)
  return names
}

function whole(option, text) {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0) fail(`--${option}: ${text} is no whole number.`)
  return number
}

if (values.help) {
  console.log(usage)
  process.exit(0)
}

const engines = chosen('engines', engineNames)
const seed = whole('seed', values.seed)
const task = {
  seed,
  engines,
  rounds: whole('rounds', values.rounds ?? (values.quick ? '1' : '5')) || 1,
  effort: values.quick
    ? { warmUpMs: 400, measureMs: 50, minSamples: 5 }
    : { warmUpMs: 200, measureMs: 250, minSamples: 12 },
  patienceMs: values.quick ? 500 : 10_000,
  /** Processes that start. */
  runs: values.quick ? 1 : 7,
  manyChecks: values.quick ? 500_000 : 10_000_000,
}

/** Cedar's calls into wasm make the optimizer of some versions of Node abort, unless it leaves them alone. */
const execArgv = ['--expose-gc', ...(engines.includes('cedar') ? ['--no-turbo-inline-js-wasm-calls'] : [])]

function measured(part, name, more) {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./child.mjs', import.meta.url), { execArgv })
    let result
    child.on('message', (message) => {
      result = message
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (result) resolve({ part, ...result })
      else reject(new Error(`Measuring ${part} of ${name} ended with ${signal ?? `code ${code}`}.`))
    })
    child.send({ ...task, part, name, ...more })
  })
}

const chosenWorkloads = chosen('workloads', workloadNames)
const chosenParts = chosen('parts', partNames)
if (engines.includes('arcturus')) build('@arcturus/core')
const quiet = values.json === '-'
const print = (text) => quiet || console.log(text)
print(
  `Node.js ${process.versions.node}, ${cpus()[0]?.model ?? 'unknown processor'}, seed ${seed}, ${task.rounds} ${task.rounds === 1 ? 'round' : 'rounds'}\n`,
)
const results = values.random === undefined ? await measureParts() : [await measureFamily()]

async function measureParts() {
  const measurements = []
  for (const part of chosenParts) {
    for (const name of parts[part] ?? chosenWorkloads) {
      const result = await measured(part, name).catch(end)
      measurements.push(result)
      print(`${report(result)}\n`)
    }
  }
  return measurements
}

function measureFamily() {
  const schemas = chosen('schema', ['declared', 'half', 'bare'])
  const ways = chosen('ways', randomWays)
  const count = whole('random', values.random)
  const from = whole('from', values.from)
  const twins = workloadNames
  return measureRandom({ count, from, schemas, ways, twins, measured, print }).catch(end)
}

function end(error) {
  console.error(error.message)
  process.exit(1)
}

const everything = { node: process.versions.node, cpu: cpus()[0]?.model, ...task, results }
if (values.json) {
  const text = `${JSON.stringify(everything, null, 2)}\n`
  if (quiet) process.stdout.write(text)
  else writeFileSync(values.json, text)
}
if (values.charts) writeCharts(everything, values.charts)
