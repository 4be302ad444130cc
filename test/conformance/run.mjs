#!/usr/bin/env node
// `pnpm conformance [files] [--loose] [--only=pattern] [--verbose]`: runs JSON Lines cases through the built package
// `@arcturus/oso`, those of filters also through `Authorizer`, in memory and through ORMs on every database that is there.
// Without files: language.jsonl and filtering.jsonl. `--loose` ignores lines and columns.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isFiltering, judge, readCases } from './lib/judge.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

const built = ['core/dist/oso.mjs', 'prisma/dist/index.mjs', 'typeorm/dist/index.mjs'].every((file) =>
  existsSync(here(`../../packages/${file}`)),
)
if (!built)
  run('pnpm', [
    '--recursive',
    '--filter',
    '@arcturus/core',
    '--filter',
    '@arcturus/prisma',
    '--filter',
    '@arcturus/typeorm',
    'build',
  ])
const engine = await import('@arcturus/oso')

const args = process.argv.slice(2)
const only = new RegExp(args.find((arg) => arg.startsWith('--only='))?.slice('--only='.length) ?? '')
const verbose = args.includes('--verbose')
const files = args.filter((arg) => !arg.startsWith('--')).map((file) => resolve(process.env.INIT_CWD ?? '.', file))
if (files.length === 0) files.push(here('language.jsonl'), here('filtering.jsonl'))

// Fixtures hold promises that reject and that a case may never look at.
process.on('unhandledRejection', () => {})

const cases = files.flatMap(readCases).filter(({ id, group }) => only.test(id) || only.test(group))
const ways = cases.some(isFiltering) ? await openWays() : undefined

const failed = []
let passed = 0
let skipped = 0
const answered = { cases: 0, condition: 0, flat: 0 }
for (const one of cases) {
  const result = await judge(one, engine, { positions: !args.includes('--loose') })
  const results = isFiltering(one) ? [result, await ways.judge(one)] : [result]
  const wrong = results.filter((each) => !each.skipped && !each.passed)
  if (wrong.length > 0) {
    failed.push(one)
    if (verbose) show(one, wrong)
  } else if (result.skipped) skipped++
  else passed++
  if (isFiltering(one)) {
    answered.cases++
    if (result.answered.condition) answered.condition++
    if (result.answered.flat) answered.flat++
  }
}

if (answered.cases > 0) {
  const share = (count) =>
    `${count} answered, ${answered.cases - count} refused (${Math.round((100 * count) / answered.cases)} % answered)`
  console.log(`filters, the drop-in's, from the condition: ${share(answered.condition)}`)
  console.log(`filters, the drop-in's, as oso's flat filter: ${share(answered.flat)}`)
  for (const line of ways.report) console.log(line)
  await ways.close()
}
if (skipped > 0) console.log(`${skipped} skipped: accidents of the original that nobody should rely on`)
if (failed.length > 0) console.log(`failed: ${failed.map(({ id }) => id).join(', ')}`)
console.log(`${passed} passed, ${failed.length} failed`)
process.exitCode = failed.length > 0 ? 1 : 0

/** What asks filters of an `Authorizer`, in memory and through ORMs. */
async function openWays() {
  const core = await import('@arcturus/core')
  const [{ Ways }, { openOrms }] = await Promise.all([import('./lib/ways.mjs'), import('./lib/orms.mjs')])
  return new Ways(core, await openOrms(core))
}

function run(command, commandArgs) {
  const { status } = spawnSync(command, commandArgs, { cwd: here('../..'), stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

function show({ id, note, policy, query, steps, actor }, wrong) {
  console.log(`${id}: ${note}\n${policy ?? ''}\n${query ?? JSON.stringify(steps ?? actor)}`)
  for (const { wanted, got } of wrong)
    console.log(`  wanted ${JSON.stringify(wanted)}\n  got    ${JSON.stringify(got)}`)
}
