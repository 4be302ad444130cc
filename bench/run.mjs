// `pnpm bench`: this project, its peers and hand-written code, side by side, on the same data and the same checks.
import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { buildCore } from './build.mjs'
import { defaultEngines, engineNames } from './engines/index.mjs'
import { workloadReport } from './report.mjs'
import { workloads } from './workloads/index.mjs'

const workloadNames = Object.keys(workloads)
const usage = `pnpm bench [options]

  --workloads NAMES  ${workloadNames.join(', ')}, or all   (W1,W2,W3)
  --engines NAMES    ${engineNames.join(', ')}, or all   (${defaultEngines.join(',')})
  --rounds N         every contender is timed once a round, in turn; the median of the rounds is told   (5)
  --quick            short rounds, to see that everything works: less than a minute
  --seed N           other data and other checks   (0: the data that published figures were measured on)
  --json FILE        everything that was measured, as JSON; - for standard output, and no table
`

const { values } = parseArgs({
  options: {
    workloads: { type: 'string', default: 'W1,W2,W3' },
    engines: { type: 'string', default: defaultEngines.join(',') },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: '0' },
    json: { type: 'string' },
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
  rounds: whole('rounds', values.rounds ?? (values.quick ? '3' : '5')) || 1,
  effort: values.quick
    ? { warmUpMs: 60, measureMs: 60, minSamples: 5 }
    : { warmUpMs: 200, measureMs: 250, minSamples: 12 },
  patienceMs: values.quick ? 1_500 : 10_000,
}

/** Cedar's calls into wasm make the optimizer of some versions of Node abort, unless it leaves them alone. */
const execArgv = ['--expose-gc', ...(engines.includes('cedar') ? ['--no-turbo-inline-js-wasm-calls'] : [])]

function measured(name) {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./workload.mjs', import.meta.url), { execArgv })
    let result
    child.on('message', (message) => {
      result = message
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (result) resolve(result)
      else reject(new Error(`Measuring ${name} ended with ${signal ?? `code ${code}`}.`))
    })
    child.send({ ...task, name })
  })
}

if (engines.includes('arcturus')) buildCore()
const quiet = values.json === '-'
const print = (text) => quiet || console.log(text)
print(
  `Node.js ${process.versions.node}, ${cpus()[0]?.model ?? 'unknown processor'}, seed ${seed}, ${task.rounds} ${task.rounds === 1 ? 'round' : 'rounds'}\n`,
)
const results = []
for (const name of chosen('workloads', workloadNames)) {
  const result = await measured(name).catch((error) => {
    console.error(error.message)
    process.exit(1)
  })
  results.push(result)
  print(`${workloadReport(result)}\n`)
}
if (values.json) {
  const text = `${JSON.stringify({ node: process.versions.node, cpu: cpus()[0]?.model, ...task, results }, null, 2)}\n`
  if (quiet) process.stdout.write(text)
  else writeFileSync(values.json, text)
}
