#!/usr/bin/env node
// `pnpm conformance [files] [--loose] [--only=pattern] [--verbose]`: runs JSON Lines cases through the built package
// `@arcturus/core/oso`. Without files: language.jsonl and filtering.jsonl. `--loose` ignores lines and columns.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isFiltering, judge, readCases } from './lib/judge.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

if (!existsSync(here('../../packages/core/dist/oso.mjs'))) {
  const { status } = spawnSync('pnpm', ['--filter', '@arcturus/core', 'build'], {
    cwd: here('../..'),
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}
const engine = await import('@arcturus/core/oso')

const args = process.argv.slice(2)
const only = new RegExp(args.find((arg) => arg.startsWith('--only='))?.slice('--only='.length) ?? '')
const verbose = args.includes('--verbose')
const files = args.filter((arg) => !arg.startsWith('--')).map((file) => resolve(process.env.INIT_CWD ?? '.', file))
if (files.length === 0) files.push(here('language.jsonl'), here('filtering.jsonl'))

// Fixtures hold promises that reject and that a case may never look at.
process.on('unhandledRejection', () => {})

const failed = []
let passed = 0
let skipped = 0
const answered = { cases: 0, condition: 0, flat: 0 }
for (const one of files.flatMap(readCases)) {
  if (!only.test(one.id) && !only.test(one.group)) continue
  const result = await judge(one, engine, { positions: !args.includes('--loose') })
  if (result.skipped) skipped++
  else if (result.passed) passed++
  else {
    failed.push(one)
    if (verbose)
      console.log(
        `${one.id}: ${one.note}\n${one.policy ?? ''}\n${one.query ?? JSON.stringify(one.steps ?? one.actor)}\n  wanted ${JSON.stringify(result.wanted)}\n  got    ${JSON.stringify(result.got)}`,
      )
  }
  if (isFiltering(one)) {
    answered.cases++
    if (result.answered.condition) answered.condition++
    if (result.answered.flat) answered.flat++
  }
}

if (answered.cases > 0) {
  const share = (count) =>
    `${count} answered, ${answered.cases - count} refused (${Math.round((100 * count) / answered.cases)} % answered)`
  console.log(`filters, in memory: ${share(answered.condition)}`)
  console.log(`filters, as oso's flat filter: ${share(answered.flat)}`)
}
if (skipped > 0) console.log(`${skipped} skipped: accidents of the original that nobody should rely on`)
if (failed.length > 0) console.log(`failed: ${failed.map(({ id }) => id).join(', ')}`)
console.log(`${passed} passed, ${failed.length} failed`)
process.exitCode = failed.length > 0 ? 1 : 0
