import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import '@arcturus/core/sync'
import { fuzzCaller } from './caller/caller.js'
import { fuzzConcurrent, reportOf } from './concurrent/concurrent.js'
import { fuzzDiff } from './diff/diff.js'
import { fuzzExplained } from './explained/explained.js'
import { fuzz } from './fuzz.js'
import { Orms } from './orm/orms.js'
import { fuzzWho } from './orm/who.js'
import { fuzzShuffled } from './shuffled/shuffled.js'

/**
 * `pnpm fuzz --cases N --caller N --seed S`: prints what was compared, and every disagreement made small. `--from` is the first case's
 * index, `--failures` how many failing cases end the run, `--oso` how many checks of a case the npm package is asked,
 * `--orms` a part of the names of the ORMs and databases that are asked (`typeorm`, `mariadb`, `none`), `--only` memory or tables
 * takes one kind of case, `--concurrent` asks several questions at once instead and compares each answer with the one that the
 * question has alone, `--save` adds the failing ones to those that every test run tries again.
 * `--explained` explains the questions of random cases instead, and compares each explanation with the checks.
 * `--shuffle` loads each policy in two orders of its files, rules, blocks and alternatives, and compares the answers.
 * `--who N` lists the users who may do something to N rows of each case with tables instead, through the ORMs.
 * `--diff` compares the differences of two policies with the checks by both instead: in memory with `--orms none`, else through the ORMs.
 * `--caller` is the number of queries with other arguments beside a filter, of each ORM; default: one for ten cases.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '2000' },
      seed: { type: 'string' },
      from: { type: 'string', default: '0' },
      failures: { type: 'string', default: '1' },
      oso: { type: 'string', default: '2' },
      save: { type: 'boolean', default: false },
      orms: { type: 'string', default: '.' },
      only: { type: 'string' },
      concurrent: { type: 'boolean', default: false },
      explained: { type: 'boolean', default: false },
      shuffle: { type: 'boolean', default: false },
      who: { type: 'string' },
      diff: { type: 'boolean', default: false },
      caller: { type: 'string' },
    },
  })
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
  const started = Date.now()
  if (values.concurrent) {
    const run = await fuzzConcurrent({
      seed,
      cases: Number(values.cases),
      from: Number(values.from),
      failures: Number(values.failures),
      progress: (cases) => {
        if (cases % 5_000 === 0) console.error(`${cases} cases, ${Math.round((Date.now() - started) / 1000)} s`)
      },
    })
    for (const { text } of run.differences) console.log(`\n${text}`)
    const seconds = ((Date.now() - started) / 1000).toFixed(1)
    console.log(`\n${reportOf(seed, run)}\n${run.differences.length} disagreements, ${seconds} s`)
    process.exitCode = run.differences.length > 0 ? 1 : 0
    return
  }
  if (values.explained) {
    const run = fuzzExplained({
      seed,
      cases: Number(values.cases),
      from: Number(values.from),
      failures: Number(values.failures),
    })
    for (const text of run.failures) console.log(`\n${text}`)
    const counts = [...run.counts].map(([what, times]) => `${what}: ${times}`).join(', ')
    const seconds = ((Date.now() - started) / 1000).toFixed(1)
    console.log(`\n${run.cases} cases of seed ${seed}: ${counts}\n${run.failures.length} failures, ${seconds} s`)
    process.exitCode = run.failures.length > 0 ? 1 : 0
    return
  }
  if (values.shuffle) {
    const run = fuzzShuffled({
      seed,
      cases: Number(values.cases),
      from: Number(values.from),
      failures: Number(values.failures),
      only: values.only === 'memory' || values.only === 'tables' ? values.only : undefined,
      progress: (policies) => {
        if (policies % 500 === 0) console.error(`${policies} policies, ${Math.round((Date.now() - started) / 1000)} s`)
      },
    })
    for (const text of run.failures) console.log(`\n${text}`)
    const counts = [...run.counts].map(([what, times]) => `${what}: ${times}`).join('\n  ')
    const seconds = ((Date.now() - started) / 1000).toFixed(1)
    console.log(
      `\n${run.policies} policies of seed ${seed}, each in two orders:\n  ${counts}\n${run.failures.length} differences, ${seconds} s`,
    )
    process.exitCode = run.failures.length > 0 ? 1 : 0
    return
  }
  const orms = values.orms === 'none' ? undefined : new Orms(new RegExp(values.orms, 'i'))
  if (orms && values.who !== undefined) {
    const [cases, from, rows] = [values.cases, values.from, values.who].map(Number) as [number, number, number]
    const run = await fuzzWho({ seed, cases, from, rows, orms })
    for (const [name, { questions, comparisons, refused, ordered, reasons }] of run.counts) {
      const texts = [...reasons].map(([reason, times]) => `${reason} ${times}`).join(', ')
      const share = ((100 * refused) / Math.max(1, questions)).toFixed(2)
      console.log(
        `${name}: ${questions} questions, ${comparisons} answers; refused ${share} %: ${texts || 'none'}; by order ${ordered}`,
      )
    }
    for (const text of run.failures) console.log(`\n${text}`)
    const seconds = ((Date.now() - started) / 1000).toFixed(1)
    console.log(
      `\n${cases} policies of seed ${seed}, ${run.unloadable} that do not load: ${run.failures.length} disagreements, ${seconds} s`,
    )
    process.exitCode = run.failures.length > 0 ? 1 : 0
    await orms.close()
    return
  }
  if (values.diff) {
    const run = await fuzzDiff({
      seed,
      cases: Number(values.cases),
      from: Number(values.from),
      failures: Number(values.failures),
      ...(orms ? { orms } : {}),
    })
    for (const { text } of run.failures) console.log(`\n${text}`)
    const counts = [...run.counts].map(([what, times]) => `${what}: ${times}`).join('\n  ')
    const seconds = ((Date.now() - started) / 1000).toFixed(1)
    console.log(`\n${values.cases} pairs of seed ${seed}:\n  ${counts}\n${run.failures.length} failures, ${seconds} s`)
    process.exitCode = run.failures.length > 0 ? 1 : 0
    if (values.save) {
      const kept = run.failures.map(({ text, ...failure }) => ({ ...failure, what: text.split('\n', 1)[0] }))
      addTo('test/fuzz/diff/failed-pairs.json', kept)
    }
    await orms?.close()
    return
  }
  const { report, failures } = await fuzz({
    ...(orms ? { orms } : {}),
    seed,
    cases: Number(values.cases),
    from: Number(values.from),
    failures: Number(values.failures),
    oso: Number(values.oso),
    ...(values.only === 'memory' || values.only === 'tables' ? { only: values.only } : {}),
    progress: (so) => {
      if (so.cases % 5_000 === 0) console.error(`${so.cases} cases, ${Math.round((Date.now() - started) / 1000)} s`)
    },
  })
  for (const { text } of failures) console.log(`\n${text}`)
  console.log(`\n${report}\n${failures.length} disagreements, ${((Date.now() - started) / 1000).toFixed(1)} s`)
  if (values.save) {
    const kept = failures.map(({ seed, index, text, shrunk }) => ({
      seed,
      index,
      what: text.split('\n', 1)[0],
      case: shrunk,
    }))
    addTo('test/fuzz/failed-seeds.json', kept)
  }
  const caller = await fuzzCaller({
    seed,
    cases: Number(values.caller ?? (orms ? Math.ceil(Number(values.cases) / 10) : 0)),
    from: Number(values.from),
    ...(orms ? { names: new RegExp(values.orms, 'i') } : {}),
  })
  const counts = [...caller.counts].map(([what, times]) => `${what} ${times}`).join(', ')
  console.log(`${caller.cases} queries with other arguments beside a filter: ${counts || 'none'}`)
  for (const text of caller.failures) console.log(`\n${text}`)
  process.exitCode = failures.length + caller.failures.length > 0 ? 1 : 0
  // Last of all: a database that is gone must not take with it what was found.
  await orms?.close()
}

/** Adds failures to those that every test run tries again. */
function addTo(file: string, failures: readonly unknown[]): void {
  if (failures.length === 0) return
  const kept = JSON.parse(readFileSync(file, 'utf8')) as readonly unknown[]
  writeFileSync(file, `[\n${[...kept, ...failures].map((one) => `  ${JSON.stringify(one)}`).join(',\n')}\n]\n`)
}

await main()
