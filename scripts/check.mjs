// `npm run check`: everything that CI requires beside the tests. Every step runs, also after a failure. With `-- --tested` it leaves
// out what `npm test` has just done in the same checkout: to install, to build, to generate, and to run the examples in the documents.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundleForBrowser } from './browserBundle.mjs'
import { formatPolicies } from './formatPolicies.mjs'
import { packAll } from './pack.mjs'
import { assertNodeVersion, buildPackages, install, pnpm, root } from './pnpm.mjs'
import { isCurrent } from './publicApi.mjs'
import { typecheckAll } from './typecheck.mjs'

/**
 * The most that the main entry may weigh, bundled for a browser, minified and gzipped, in kB: at first, and with the parts that it
 * imports later; and the most that any other entry may add to it. The tables of entries in docs/reference/core.md and the READMEs have the same numbers.
 * Some entries import modules of Node.js, which stay outside.
 */
const ceilings = {
  core: {
    index: [75, 185],
    sync: 0,
    runtime: 2,
    filters: 0.5,
    node: 3.5,
  },
  compile: { index: 4 },
  explain: { index: 17 },
  oso: { index: 17 },
  sql: { index: 25 },
  testing: { index: 29.5, diff: 4.5 },
  web: { index: 9.5, calls: 9, node: 2.5 },
}
const forNode = ['@arcturus/web/calls', '@arcturus/web/node', '@arcturus/core/node', '@arcturus/oso']
/** The entries that applications import without the main one. */
const alone = ['runtime']

/** The most that the compiled example of docs/compiled.md may weigh in a browser, in kB. The document has the same numbers. */
const compiledCeilings = { bare: 7.9, declared: 4.5, 'declared, with a method of a text': 4.6 }

const run = (...args) => pnpm(args) === 0
/** Runs all, so that one run reports every failure. */
const everyOne = (items, holds) => items.map((item) => holds(item)).every(Boolean)

function grammarIsCurrent() {
  const file = `${root}packages/core/src/language/grammar.ts`
  const kept = readFileSync(file, 'utf8')
  const generated = run('--filter', '@arcturus/core', '--silent', 'run', 'generate')
    ? readFileSync(file, 'utf8')
    : undefined
  writeFileSync(file, kept)
  if (generated === kept) return true
  console.error('grammar.ts is out of date: run `pnpm --filter @arcturus/core generate`.')
  return false
}

/** An entry's size in kB: the main one at first and with what it imports later; of another, what it adds to the main one. */
async function sizesOf(name, entry) {
  const file = `${root}packages/${name}/dist/${entry}.mjs`
  const main = `${root}packages/core/dist/index.mjs`
  if (file === main || alone.includes(entry)) return bundleForBrowser(file)
  const [base, both] = [await bundleForBrowser(main), await bundleForBrowser(main, file)]
  return { first: both.all - base.all, all: both.all - base.all, outside: both.outside }
}

async function entriesFit(name) {
  let fit = true
  const table = readFileSync(
    `${root}${name === 'core' ? 'docs/reference/core.md' : `packages/${name}/README.md`}`,
    'utf8',
  )
  const { exports } = JSON.parse(readFileSync(`${root}packages/${name}/package.json`, 'utf8'))
  const paths = Object.keys(exports).filter((path) => path !== './package.json' && !path.startsWith('./internal/'))
  for (const path of paths) {
    const entry = path === '.' ? 'index' : path.slice(2)
    const specifier = `@arcturus/${name}${path.slice(1)}`
    const [most, mostOfAll = most] = [ceilings[name][entry]].flat()
    const cell = most === mostOfAll ? `${most} kB` : `${most} of ${mostOfAll} kB`
    const { first, all, outside } = await sizesOf(name, entry)
    const sizes = [...new Set([first, all])].map((bytes) => (bytes / 1000).toFixed(1))
    console.log(`${specifier}: ${sizes.join(' of ')} kB minified and gzipped; the ceiling is ${cell}`)
    const foreign = outside.filter((module) => !forNode.includes(specifier) || !module.startsWith('node:'))
    if (foreign.length > 0)
      console.error(`${specifier} imports modules that browsers do not have: ${foreign.join(', ')}`)
    const row = new RegExp(`^\\| \`${specifier}\` +\\| +${cell} +\\|`, 'm')
    if (!row.test(table)) console.error(`The table of ${name} does not list ${specifier} with ${cell}.`)
    fit &&= first <= most * 1000 && all <= mostOfAll * 1000 && foreign.length === 0 && row.test(table)
  }
  return fit
}

async function allEntriesFit() {
  let fit = true
  for (const name of Object.keys(ceilings)) fit = (await entriesFit(name)) && fit
  return fit
}

/** Compiles the example of docs/compiled.md, with and without declared fields. */
async function compiledExamplesFit() {
  const folder = mkdtempSync(join(tmpdir(), 'arcturus-compiled-'))
  const of = (file) => pathToFileURL(`${root}packages/${file}.mjs`).href
  const { Authorizer } = await import(of('core/dist/index'))
  const { compilePolicy } = await import(of('compile/dist/index'))
  const document = readFileSync(`${root}docs/compiled.md`, 'utf8')
  const [, policy] = /\.load\(`\n([^`]*)`\)/.exec(document)
  let fit = true
  try {
    for (const [kind, most] of Object.entries(compiledCeilings)) {
      const fields = { user: { id: 'integer' }, note: { ownerId: 'integer', isPublic: 'boolean', title: 'string' } }
      const authorizer = new Authorizer()
        .registerClass(class User {}, kind === 'bare' ? {} : { fields: fields.user })
        .registerClass(class Note {}, kind === 'bare' ? {} : { fields: fields.note })
      const more = 'allow(_: User, "edit", note: Note) if note.title.startsWith("public");'
      await authorizer.load(kind.includes('method') ? policy + more : policy)
      const file = join(folder, 'policy.mjs')
      writeFileSync(file, compilePolicy(authorizer, { runtime: of('core/dist/internal/runtime') }).code)
      const { first } = await bundleForBrowser(file)
      console.log(`compiled example, ${kind}: ${(first / 1000).toFixed(1)} kB; the ceiling is ${most} kB`)
      if (!document.includes(`${most} kB`)) console.error(`docs/compiled.md does not name ${most} kB.`)
      fit &&= first <= most * 1000 && document.includes(`${most} kB`)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return fit
}

const steps = {
  'Format and lint': () => run('exec', 'biome', 'ci', '--error-on-warnings', '.'),
  'Grammar is current': grammarIsCurrent,
  Build: buildPackages,
  'Format of policies': () => formatPolicies(true),
  Generate: () => run('--recursive', '--filter', '!@arcturus/core', '--if-present', 'run', 'generate'),
  Types: () => typecheckAll(),
  'Public names': isCurrent,
  'Unused code and dependencies': () => run('exec', 'knip'),
  'Published packages': () => {
    const tarballs = mkdtempSync(join(tmpdir(), 'arcturus-check-'))
    try {
      return everyOne([...packAll(tarballs).values()], (file) =>
        everyOne(
          [
            ['publint', 'run', '--strict', file],
            ['attw', file],
          ],
          (command) => run('exec', ...command),
        ),
      )
    } finally {
      rmSync(tarballs, { recursive: true, force: true })
    }
  },
  'Site, and its links': () => run('run', 'docs:build'),
  'Size in the browser': allEntriesFit,
  'Size of compiled policies': compiledExamplesFit,
  'Examples in the documents': () => run('exec', 'vitest', 'run', 'test/docs'),
}

/** The steps that a run of the tests contains. */
const testedSteps = ['Build', 'Generate', 'Examples in the documents']

const tested = process.argv.includes('--tested')
const chosen = Object.entries(steps).filter(([name]) => !tested || !testedSteps.includes(name))

assertNodeVersion()
if (!tested) install()
const failed = []
for (const [name, holds] of chosen) {
  console.log(`\n── ${name}`)
  let held = false
  try {
    held = await holds()
  } catch (error) {
    console.error(error)
  }
  if (!held) failed.push(name)
}
const count = chosen.length
console.log(
  `\n${failed.length === 0 ? `All ${count} checks pass.` : `Of ${count} checks, these failed: ${failed.join(', ')}.`}`,
)
process.exit(failed.length === 0 ? 0 : 1)
